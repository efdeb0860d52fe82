/** Settles as the shared promise does, or rejects with the signal's reason when it is aborted before. */
export function withSignal<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return signal === undefined ? shared : race(shared, signal)
}

async function race<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave: () => void = () => undefined
  const aborted = new Promise<void>((resolve) => {
    leave = resolve
    if (signal.aborted) resolve()
  })
  signal.addEventListener('abort', leave, { once: true })
  try {
    await Promise.race([aborted, shared])
  } finally {
    signal.removeEventListener('abort', leave)
  }
  signal.throwIfAborted()
  return shared
}
