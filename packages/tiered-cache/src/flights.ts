import type { Claim } from './memory-store.ts'

/** Work on a key that callers share. */
export class Flight<Want> {
  readonly key: string
  /** What it is for. */
  readonly want: Want
  /** The tags of what it will bring, or `undefined` while they are not known. */
  tags: readonly string[] | undefined
  /** The right to put what it brings into memory, if there is one. */
  claim: Claim | undefined
  /** What those who join wait for, once the work has begun. */
  promise: Promise<unknown> | undefined
  /** Nobody may join it any more. */
  isLeft = false
  /** Settle what `defer` returned, although the work may go on. The first answer or failure counts. */
  answer: (value: unknown) => void = nothing
  fail: (error: unknown) => void = nothing

  constructor(key: string, claim: Claim | undefined, want: Want) {
    this.key = key
    this.want = want
    this.tags = undefined
    this.claim = claim
  }

  /** From now on there is something to wait for. */
  begin(promise: Promise<unknown>): Promise<unknown> {
    this.promise = promise
    return promise
  }

  /** A promise that `answer` and `fail` settle. */
  defer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.answer = resolve
      this.fail = reject
    })
  }
}

/** Single flight: one piece of work a key at a time, joined by all who ask meanwhile. */
export class Flights<Want> {
  /** What may be joined. Work that was forgotten goes on, but nobody else joins it. */
  #flights = new Map<string, Flight<Want>>()

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

  /** Work that begins now, where there is none to join. Who opens it begins it, and ends it. */
  open(key: string, claim: Claim | undefined, want: Want): Flight<Want> {
    const flight = new Flight(key, claim, want)
    this.#flights.set(key, flight)
    return flight
  }

  end(flight: Flight<Want>): void {
    if (flight.isLeft) return
    this.#leave(flight)
    // A map that grew and shrank leaves its former tables behind, each holding on to the next; once the collector has put
    // one of them among the old objects, all that the later ones had in them survives until it looks there.
    if (this.#flights.size === 0) this.#flights = new Map()
  }

  /** From now on callers start anew. */
  forget(key: string): void {
    const flight = this.#flights.get(key)
    if (flight !== undefined) this.#leave(flight)
  }

  /** The same for all work that has one of these tags, or may have. */
  forgetTagged(tags: readonly string[]): void {
    for (const flight of this.#flights.values()) {
      if (flight.tags === undefined || flight.tags.some((tag) => tags.includes(tag))) this.#leave(flight)
    }
  }

  forgetAll(): void {
    for (const flight of this.#flights.values()) this.#leave(flight)
  }

  #leave(flight: Flight<Want>): void {
    flight.isLeft = true
    this.#flights.delete(flight.key)
  }
}

function nothing(): void {}
