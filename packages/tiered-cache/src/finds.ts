import { find, findFrom, look, type Search } from './find.ts'
import { Flights, type Flight } from './flights.ts'
import { toFound, type Found } from './found.ts'
import type { Level } from './level.ts'
import type { LoadParts } from './load-parts.ts'
import type { Loads } from './loads.ts'
import type { Look } from './quest.ts'
import type { Failure } from './read-batch.ts'
import type { StoredEntry } from './tier.ts'

/** The reads that memory cannot answer and that do not load. */
export class Finds {
  readonly #parts: LoadParts
  readonly #loads: Loads
  readonly #flights: Flights<Level>

  constructor(parts: LoadParts, loads: Loads) {
    this.#parts = parts
    this.#loads = loads
    this.#flights = new Flights({
      take: (flight, entry, askedAt) => this.#take(flight, entry, askedAt),
      goOn: (flight, seen) => this.#goOn(flight, seen),
    })
  }

  /** The fresh value that a shared tier has. */
  find(id: string): Promise<unknown> {
    const { levels, closing } = this.#parts
    const [nearest] = levels
    if (nearest === undefined || closing.signal.aborted) return Promise.resolve(undefined)
    const joined = this.#flights.join(id)
    if (joined !== undefined) return joined
    // A load that is under way will keep the value itself; taking its place in memory would only hinder it.
    const claim = this.#loads.has(id) ? undefined : this.#parts.gate.claim(id)
    const flight = this.#flights.open(id, claim, nearest)
    nearest.look(flight)
    return flight.promise
  }

  forget(id: string): void {
    this.#flights.forget(id)
  }

  forgetTagged(tags: readonly string[]): void {
    this.#flights.forgetTagged(tags)
  }

  forgetAll(): void {
    this.#flights.forgetAll()
  }

  /** Ends with a fresh value of the nearest shared tier, which costs no more than this. */
  #take(flight: Flight<Level>, entry: StoredEntry | undefined, askedAt: number): Look | undefined {
    const seen = look(entry, askedAt, this.#parts.settings)
    const { opened } = seen
    if (entry === undefined || opened === undefined || opened instanceof Promise) return seen
    flight.want.hits++
    if (flight.claim !== undefined) this.#keep(flight, toFound(entry, opened, askedAt))
    this.#end(flight)
    flight.answer(opened.value)
    return undefined
  }

  #goOn(flight: Flight<Level>, seen: Look | Failure): void {
    const search = this.#search(flight)
    const found = 'error' in seen ? find(search, 1) : findFrom(search, 0, seen)
    void this.#finish(flight, found).then(flight.answer, flight.fail)
  }

  async #finish(flight: Flight<Level>, search: Promise<Found | undefined>): Promise<unknown> {
    try {
      const found = await search
      if (found === undefined) this.#parts.counters.misses++
      else this.#keep(flight, found)
      return found?.value
    } finally {
      this.#end(flight)
    }
  }

  #keep({ claim }: Flight<Level>, found: Found): void {
    const { gate, settings } = this.#parts
    gate.keep(claim, found, { earlyRefresh: settings.freshness.earlyRefresh, memoryTtlMs: Infinity })
  }

  #end(flight: Flight<Level>): void {
    this.#parts.gate.release(flight.claim)
    this.#flights.end(flight)
  }

  #search({ key: id }: Flight<Level>): Search {
    const { levels, settings } = this.#parts
    return { id, levels, settings }
  }
}
