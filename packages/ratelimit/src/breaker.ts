/** How long an attempt that is still unanswered keeps others from being made. */
const unansweredMs = 30_000

/**
 * Leaves a server alone after several failures in a row, and lets one attempt through now and then to see whether it is
 * back (half-open).
 */
export class Breaker {
  readonly #limit: number
  readonly #probeMs: number
  /** Failures since the last success. */
  #failures = 0
  /** When the last failure happened or the last attempt was let through. */
  #since = 0
  /** Attempts that were neither answered nor refused yet, in time or not. */
  #unanswered = 0

  constructor(limit: number, probeMs: number) {
    this.#limit = limit
    this.#probeMs = probeMs
  }

  /** Lets an attempt begin, or not. */
  begin(now: number): boolean {
    if (this.#failures >= this.#limit) {
      // A server that hangs gets no queue of attempts to work off when it comes back.
      const pauseMs = this.#unanswered > 0 ? Math.max(unansweredMs, this.#probeMs) : this.#probeMs
      if (now - this.#since < pauseMs) return false
      this.#since = now
    }
    this.#unanswered++
    return true
  }

  /** An attempt succeeded in time. */
  succeeded(): void {
    this.#failures = 0
  }

  /** An attempt failed, or was not answered in time. */
  failed(now: number): void {
    this.#failures++
    this.#since = now
  }

  /** An attempt was answered or refused, in time or not. */
  ended(): void {
    this.#unanswered--
  }
}
