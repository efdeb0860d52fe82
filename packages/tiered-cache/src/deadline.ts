/**
 * Settles as the work does, or rejects when it takes longer. The work itself goes on; a failure that comes too late is
 * dropped. A throw at the start is a rejection.
 */
export function withDeadline<T>(start: () => Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const expire = () => reject(new Error(`No answer within ${ms} ms`))
    // When this process itself was busy, the answer may lie in the socket already: one turn of the loop reads it.
    const timer = setTimeout(() => setImmediate(expire), ms).unref()
    const settled = () => clearTimeout(timer)
    try {
      start().then(resolve, reject).finally(settled)
    } catch (error) {
      settled()
      reject(error instanceof Error ? error : new Error(String(error)))
    }
  })
}
