import type { Claim } from './memory-store.ts'
import type { Look } from './quest.ts'
import type { ReadTaker } from './read-batch.ts'

/** What becomes of what a tier says. */
type FlightTaker<Want> = ReadTaker<Flight<Want>, Look>

/** Work on a key that callers share. It is also who asks a tier for the key: one object for each read. */
export interface Flight<Want> {
  readonly key: string
  /** What it is for. */
  readonly want: Want
  /** Who makes something of what the tier says. */
  readonly taker: FlightTaker<Want>
  /** The tags of what it will bring, or `undefined` while they are not known. */
  tags: readonly string[] | undefined
  /** The right to put what it brings into memory, if there is one. */
  claim: Claim | undefined
  /** What those who join wait for. */
  readonly promise: Promise<unknown>
  /** Gives those who wait their answer, although the work may go on. The first answer or failure counts. */
  readonly answer: (value: unknown) => void
  readonly fail: (error: unknown) => void
}

/** Single flight: one piece of work a key at a time, joined by all who ask meanwhile. */
export class Flights<Want> {
  /** What may be joined. Work that was forgotten goes on, but nobody else joins it. */
  #flights = new Map<string, Flight<Want>>()
  readonly #taker: FlightTaker<Want>

  constructor(taker: FlightTaker<Want>) {
    this.#taker = taker
  }

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
  open(key: string, claim: Claim | undefined, want: Want): Flight<Want> {
    let answer: (value: unknown) => void = nothing
    let fail: (error: unknown) => void = nothing
    const promise = new Promise((resolve, reject) => {
      answer = resolve
      fail = reject
    })
    const flight = { key, want, taker: this.#taker, tags: undefined, claim, promise, answer, fail }
    this.#flights.set(key, flight)
    return flight
  }

  end(flight: Flight<Want>): void {
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
