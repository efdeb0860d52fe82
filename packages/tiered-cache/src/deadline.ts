/** What is called, once, when work has ended. */
export interface Ends<T> {
  done(result: T): void
  failed(error: Error): void
  /** The result came after `failed` was called. */
  late?: ((result: T) => void) | undefined
}

/**
 * Settles as the work does, or rejects when it takes longer. The work itself goes on: what it brings too late goes to
 * `onLate`, and a failure that comes too late is dropped. A throw at the start is a rejection.
 */
export function withDeadline<T>(start: () => Promise<T>, ms: number, onLate?: (result: T) => void): Promise<T> {
  return new Promise((done, failed) => startWithDeadline(start, ms, { done, failed, late: onLate }))
}

/** The same without a promise. */
export function startWithDeadline<T>(start: () => Promise<T>, ms: number, ends: Ends<T>): void {
  let hasEnded = false
  const fail = (error: unknown) => {
    clearTimeout(timer)
    if (hasEnded) return
    hasEnded = true
    ends.failed(error instanceof Error ? error : new Error(String(error)))
  }
  const settle = (result: T) => {
    clearTimeout(timer)
    if (hasEnded) ends.late?.(result)
    else ends.done(result)
    hasEnded = true
  }
  const expire = () => fail(new Error(`No answer within ${ms} ms`))
  // When this process itself was busy, the answer may lie in the socket already: one turn of the loop reads it.
  const timer = setTimeout(() => setImmediate(expire), ms).unref()
  try {
    start().then(settle, fail)
  } catch (error) {
    fail(error)
  }
}
