/**
 * Settles as the work does, or rejects when it takes longer. The work itself goes on: what it brings too late goes to
 * `onLate`, and a failure that comes too late is dropped. A throw at the start is a rejection.
 */
export function withDeadline<T>(start: () => Promise<T>, ms: number, onLate?: (result: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const expire = () => {
      isLate = true
      reject(new Error(`No answer within ${ms} ms`))
    }
    // When this process itself was busy, the answer may lie in the socket already: one turn of the loop reads it.
    const timer = setTimeout(() => setImmediate(expire), ms).unref()
    const settle = (result: T) => {
      clearTimeout(timer)
      if (isLate) onLate?.(result)
      else resolve(result)
    }
    const fail = (error: unknown) => {
      clearTimeout(timer)
      reject(error instanceof Error ? error : new Error(String(error)))
    }
    try {
      start().then(settle, fail)
    } catch (error) {
      fail(error)
    }
  })
}
