/** Work on a key that callers share. */
export interface Flight {
  /** On the monotonic clock, in milliseconds. */
  readonly startedAt: number
  /** The tags of what it will bring, or `undefined` while they are not known. */
  tags: readonly string[] | undefined
}

/** Single flight: one piece of work a key at a time, joined by all who ask meanwhile. */
export class Flights {
  /** What may be joined. Work that was forgotten goes on, but nobody else joins it. */
  readonly #flights = new Map<string, { readonly flight: Flight; readonly promise: Promise<unknown> }>()
  /** Older work is not joined: it may hang. */
  readonly #maxAgeMs: number

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs
  }

  has(key: string): boolean {
    return this.#flights.has(key)
  }

  /** Joins the work under way for the key, or starts it. */
  run(key: string, work: (flight: Flight) => Promise<unknown>): Promise<unknown> {
    const now = performance.now()
    const current = this.#flights.get(key)
    if (current !== undefined && now - current.flight.startedAt <= this.#maxAgeMs) return current.promise
    const flight: Flight = { startedAt: now, tags: undefined }
    // The work begins when the flight can be found, so that what it calls can forget it.
    const promise = Promise.resolve().then(() => this.#settle(key, flight, work))
    this.#flights.set(key, { flight, promise })
    return promise
  }

  /** From now on callers start anew. */
  forget(key: string): void {
    this.#flights.delete(key)
  }

  /** The same for all work that has one of these tags, or may have. */
  forgetTagged(tags: readonly string[]): void {
    for (const [key, { flight }] of this.#flights) {
      if (flight.tags === undefined || flight.tags.some((tag) => tags.includes(tag))) this.#flights.delete(key)
    }
  }

  async #settle(key: string, flight: Flight, work: (flight: Flight) => Promise<unknown>): Promise<unknown> {
    try {
      return await work(flight)
    } finally {
      if (this.#flights.get(key)?.flight === flight) this.#flights.delete(key)
    }
  }
}
