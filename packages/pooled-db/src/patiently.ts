/** Awaits work, and calls back while it goes on when it takes longer than a while. */
export async function patiently<T>(
  work: Promise<T>,
  patienceMs: number,
  onLate: () => void,
): Promise<{ readonly value: T; readonly wasLate: boolean }> {
  let isOver = false
  let wasLate = false
  const look = (): void => {
    if (isOver) return
    wasLate = true
    onLate()
  }
  // After a long turn of the event loop timers come first: what has arrived meanwhile must be read before the look.
  const timer = setTimeout(() => setImmediate(look), patienceMs).unref()
  try {
    return { value: await work, wasLate }
  } finally {
    isOver = true
    clearTimeout(timer)
  }
}
