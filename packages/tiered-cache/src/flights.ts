import type { Claim } from './memory-store.ts'

/** Work on a key that callers share. */
export class Flight {
  readonly key: string
  /** The tags of what it will bring, or `undefined` while they are not known. */
  tags: readonly string[] | undefined
  /** The right to put what it brings into memory, if there is one. */
  claim: Claim | undefined
  /** What those who join wait for. */
  readonly promise: Promise<unknown>
  /** Gives those who wait their answer, although the work may go on. The first answer or failure counts. */
  answer: (value: unknown) => void = nothing
  fail: (error: unknown) => void = nothing
  /** Where it can be joined. */
  readonly #flights: Flights

  constructor(key: string, claim: Claim | undefined, flights: Flights) {
    this.key = key
    this.tags = undefined
    this.claim = claim
    this.#flights = flights
    this.promise = new Promise((resolve, reject) => {
      this.answer = resolve
      this.fail = reject
    })
  }

  /** The work has ended. */
  end(): void {
    this.#flights.end(this)
  }
}

/** Single flight: one piece of work a key at a time, joined by all who ask meanwhile. */
export class Flights {
  /** What may be joined. Work that was forgotten goes on, but nobody else joins it. */
  #flights = new Map<string, Flight>()

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

  /** Work that is about to begin. Who begins it settles and ends it. */
  open(key: string, claim: Claim | undefined): Flight {
    const flight = new Flight(key, claim, this)
    this.#flights.set(key, flight)
    return flight
  }

  end(flight: Flight): void {
    if (this.#flights.get(flight.key) !== flight) return
    this.#flights.delete(flight.key)
    // A map that grew and shrank leaves its former tables behind, each holding on to the next; once the collector has put
    // one of them among the old objects, all that the later ones had in them survives until it looks there.
    if (this.#flights.size === 0) this.#flights = new Map()
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
