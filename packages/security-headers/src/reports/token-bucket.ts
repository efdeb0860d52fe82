/** Lets so many through a minute, and as many at once after a quiet minute. */
export class TokenBucket {
  readonly #size: number
  readonly #now: () => number
  /** What is left, at the time of the last look. */
  #tokens: number
  #lookedAt: number

  constructor(perMinute: number, now: () => number) {
    this.#size = perMinute
    this.#now = now
    this.#tokens = perMinute
    this.#lookedAt = now()
  }

  /** Takes one, if there is one. */
  take(): boolean {
    const now = this.#now()
    const gained = (Math.max(0, now - this.#lookedAt) / 60_000) * this.#size
    this.#tokens = Math.min(this.#size, this.#tokens + gained)
    this.#lookedAt = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
