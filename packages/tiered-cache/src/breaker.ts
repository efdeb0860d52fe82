/**
 * Says whether a back end is worth asking. After some failures in a row it is not, for a while; then one caller may try,
 * and its success lets all others in again.
 */
export class Breaker {
  /** Failures since the last success. */
  #failures = 0
  /** When the next try is allowed, once there were too many failures. */
  #openUntil = 0
  /** Whether that try is under way. */
  #isTrying = false
  readonly #maxFailures: number
  readonly #pauseMs: number
  readonly #now: () => number

  constructor(maxFailures: number, pauseMs: number, now: () => number = () => performance.now()) {
    this.#maxFailures = maxFailures
    this.#pauseMs = pauseMs
    this.#now = now
  }

  /** Whether there were too many failures and no success since. */
  get isOpen(): boolean {
    return this.#failures >= this.#maxFailures
  }

  /** Whether to ask now. Who is told yes must report the outcome. */
  allows(): boolean {
    if (!this.isOpen) return true
    if (this.#isTrying || this.#now() < this.#openUntil) return false
    this.#isTrying = true
    return true
  }

  succeeded(): void {
    this.#failures = 0
    this.#isTrying = false
  }

  failed(): void {
    this.#failures++
    this.#isTrying = false
    this.#openUntil = this.#now() + this.#pauseMs
  }
}
