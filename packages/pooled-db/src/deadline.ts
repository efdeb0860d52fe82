/**
 * Calls back when a time has come. One timer serves many waits, one after another: it is not set anew for each, but looks
 * again, when it fires, at what is due by then.
 */
export class Deadline {
  readonly #check: () => number
  #timer: NodeJS.Timeout | undefined
  #firesAt = Infinity
  #keepsProcess = false

  /**
   * @param check - Deals with all that is due, and tells when something is due next, on the clock of `performance.now()`;
   *   `Infinity` for nothing.
   */
  constructor(check: () => number) {
    this.#check = check
  }

  /** Sees to it that the check is made at that time, or before. */
  watch(dueAt: number): void {
    if (dueAt >= this.#firesAt) return
    clearTimeout(this.#timer)
    this.#firesAt = dueAt
    const delayMs = Math.max(1, Math.ceil(dueAt - performance.now()))
    // After a long turn of the event loop timers come first: what has arrived meanwhile must be read before the check.
    this.#timer = setTimeout(() => setImmediate(() => this.#fire()), delayMs)
    if (!this.#keepsProcess) this.#timer.unref()
  }

  /** Whether the process shall live until the check. */
  keepProcess(isKept: boolean): void {
    this.#keepsProcess = isKept
    if (isKept) this.#timer?.ref()
    else this.#timer?.unref()
  }

  /** Forgets everything. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#firesAt = Infinity
  }

  #fire(): void {
    this.#firesAt = Infinity
    const nextAt = this.#check()
    if (nextAt !== Infinity) this.watch(nextAt)
  }
}
