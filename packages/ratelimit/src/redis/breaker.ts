/** How long an attempt that is still unanswered keeps others from being made. */
const unansweredMs = 30_000

/** Leaves a server alone after several failures in a row, and says now and then that it should be tried again. */
export class Breaker {
  readonly #limit: number
  readonly #probeMs: number
  /** Failures since the last success. */
  #failures = 0
  /** When the last failure happened or the last probe began. */
  #since = 0
  /** Attempts that were neither answered nor refused yet, in time or not. */
  #unanswered = 0

  constructor(limit: number, probeMs: number) {
    this.#limit = limit
    this.#probeMs = probeMs
  }

  /** Whether the server is left alone. */
  get isOpen(): boolean {
    return this.#failures >= this.#limit
  }

  /** Whether it is time to try a server that is left alone; if so, the next time is a pause later. */
  takesProbe(now: number): boolean {
    // A server that hangs gets no queue of attempts to work off when it comes back.
    const pauseMs = this.#unanswered > 0 ? Math.max(unansweredMs, this.#probeMs) : this.#probeMs
    if (now - this.#since < pauseMs) return false
    this.#since = now
    return true
  }

  /** An attempt begins. */
  began(): void {
    this.#unanswered++
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
