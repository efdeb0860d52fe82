import type { Claim } from './memory-store.ts'

/** Work on a key that callers share. */
export class Flight {
  readonly key: string
  /** The tags of what it will bring, or `undefined` while they are not known. */
  tags: readonly string[] | undefined
  /** The right to put what it brings into memory, if there is one. */
  claim: Claim | undefined
  /** What those who join wait for; `undefined` until the work has begun. */
  promise: Promise<unknown> | undefined
  /** Gives those who wait their answer, although the work goes on. The first answer counts. */
  answer: (value: unknown) => void = nothing
  /** Where it can be joined. */
  readonly #flights: Map<string, Flight>

  constructor(key: string, claim: Claim | undefined, flights: Map<string, Flight>) {
    this.key = key
    this.claim = claim
    this.#flights = flights
    flights.set(key, this)
  }

  /** Work that may answer before it ends. It begins when it can be joined, so that what it calls can forget it. */
  answerable(work: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.answer = resolve
      queueMicrotask(() => void work().then(resolve, reject))
    })
  }

  /** The work has ended. */
  end(): void {
    if (this.#flights.get(this.key) === this) this.#flights.delete(this.key)
  }
}

/** Single flight: one piece of work a key at a time, joined by all who ask meanwhile. */
export class Flights {
  /** What may be joined. Work that was forgotten goes on, but nobody else joins it. */
  readonly #flights = new Map<string, Flight>()

  get size(): number {
    return this.#flights.size
  }

  has(key: string): boolean {
    return this.#flights.has(key)
  }

  /** What the work under way for the key will bring, if there is any. */
  join(key: string): Promise<unknown> | undefined {
    return this.#flights.get(key)?.promise
  }

  /** Work that is about to begin. Who begins it sets its promise, and ends it. */
  open(key: string, claim: Claim | undefined): Flight {
    return new Flight(key, claim, this.#flights)
  }

  /** From now on callers start anew. */
  forget(key: string): void {
    this.#flights.delete(key)
  }

  /** The same for all work that has one of these tags, or may have. */
  forgetTagged(tags: readonly string[]): void {
    for (const [key, flight] of this.#flights) {
      if (flight.tags === undefined || flight.tags.some((tag) => tags.includes(tag))) this.#flights.delete(key)
    }
  }

  forgetAll(): void {
    this.#flights.clear()
  }
}

function nothing(): void {}
