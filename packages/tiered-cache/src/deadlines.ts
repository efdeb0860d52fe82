/** What is called, once, when work has ended. */
interface Ends<T> {
  done(result: T): void
  failed(error: Error): void
  /** The result came after `failed` was called. */
  late?: ((result: T) => void) | undefined
}

/** Work that has not ended. */
interface Pending {
  readonly until: number
  readonly fail: (error: unknown) => void
  hasEnded: boolean
}

/**
 * Ends work that takes longer than a time that is the same for all of it, in milliseconds. One timer stands for all that
 * is under way, so that a read neither makes one nor clears it.
 */
export class Deadlines {
  readonly #ms: number
  /** The oldest first; what has ended is dropped when all before it has. */
  readonly #pending: Pending[] = []
  #first = 0
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number) {
    this.#ms = ms
  }

  /**
   * Calls one end. The work itself goes on when it is late: what it then brings goes to `late`, and a later failure is
   * dropped. A throw at the start is a failure.
   */
  run<T>(start: () => Promise<T>, ends: Ends<T>): void {
    const fail = (error: unknown) => {
      if (this.#end(pending)) ends.failed(error instanceof Error ? error : new Error(String(error)))
    }
    const settle = (result: T) => {
      if (this.#end(pending)) ends.done(result)
      else ends.late?.(result)
    }
    const pending: Pending = { until: performance.now() + this.#ms, fail, hasEnded: false }
    this.#pending.push(pending)
    this.#timer ??= this.#wait(this.#ms)
    try {
      start().then(settle, fail)
    } catch (error) {
      fail(error)
    }
  }

  /** Whether it has ended only now. */
  #end(pending: Pending): boolean {
    if (pending.hasEnded) return false
    pending.hasEnded = true
    while (this.#pending[this.#first]?.hasEnded === true) this.#first++
    if (this.#first < this.#pending.length) return true
    this.#pending.length = 0
    this.#first = 0
    return true
  }

  /** Clears the timer, unless something is under way that only it would end. */
  close(): void {
    if (this.#pending.length > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #wait(ms: number): NodeJS.Timeout {
    // When this process itself was busy, answers may lie in the socket already: one turn of the loop reads them.
    return setTimeout(() => setImmediate(() => this.#expire()), Math.max(1, ms)).unref()
  }

  #expire(): void {
    const now = performance.now()
    const late = this.#pending.slice(this.#first).filter(({ until, hasEnded }) => !hasEnded && until <= now)
    for (const { fail } of late) fail(new Error(`No answer within ${this.#ms} ms`))
    const next = this.#pending.slice(this.#first).find(({ hasEnded }) => !hasEnded)
    this.#timer = next === undefined ? undefined : this.#wait(next.until - performance.now())
  }
}
