/**
 * Settles as the work does, or rejects when it takes longer. The work itself goes on: what it brings too late goes to
 * `onLate`, and a failure that comes too late is dropped.
 */
export async function withDeadline<T>(work: Promise<T>, ms: number, onLate?: (result: T) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let isLate = false
  const expiry = new Promise<never>((_, reject) => {
    const expire = () => {
      isLate = true
      reject(new Error(`No answer within ${ms} ms`))
    }
    // When this process itself was busy, the answer may lie in the socket already: one turn of the loop reads it.
    timer = setTimeout(() => setImmediate(expire), ms).unref()
  })
  const noteLate = (result: T) => {
    if (isLate) onLate?.(result)
  }
  work.then(noteLate, () => undefined)
  try {
    return await Promise.race([work, expiry])
  } finally {
    clearTimeout(timer)
  }
}
