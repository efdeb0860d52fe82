import { find, findFrom, look, type Look, type Search } from './find.ts'
import { Flights, type Flight } from './flights.ts'
import { toFound, type Found } from './found.ts'
import { Inquiry, type Failure, type Inquirer } from './inquiry.ts'
import type { Level } from './level.ts'
import type { LoadParts } from './load-parts.ts'
import type { Loads } from './loads.ts'
import type { StoredEntry } from './tier.ts'

/** The reads that memory cannot answer and that do not load. */
export class Finds {
  readonly #parts: LoadParts
  readonly #loads: Loads
  readonly #flights = new Flights()
  readonly #inquirer: Inquirer<Level, Look>

  constructor(parts: LoadParts, loads: Loads) {
    this.#parts = parts
    this.#loads = loads
    this.#inquirer = {
      take: (inquiry, entry, askedAt) => this.#take(inquiry, entry, askedAt),
      goOn: ({ flight }, seen) => this.#goOn(flight, seen),
    }
  }

  /** The fresh value that a shared tier has. */
  find(id: string): Promise<unknown> {
    const { levels, closing } = this.#parts
    const [nearest] = levels
    if (nearest === undefined || closing.signal.aborted) return Promise.resolve(undefined)
    const joined = this.#flights.join(id)
    if (joined !== undefined) return joined
    // A load that is under way will keep the value itself; taking its place in memory would only hinder it.
    const flight = this.#flights.open(id, this.#loads.has(id) ? undefined : this.#parts.gate.claim(id))
    nearest.look(new Inquiry(flight, nearest, this.#inquirer))
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
  #take(
    { flight, want: nearest }: Inquiry<Level, Look>,
    entry: StoredEntry | undefined,
    askedAt: number,
  ): Look | undefined {
    const { settings, counters } = this.#parts
    const seen = look(entry, askedAt, settings)
    const { opened } = seen
    if (entry === undefined || opened === undefined || opened instanceof Promise) return seen
    counters.countTierHit(nearest.name)
    if (flight.claim !== undefined) this.#keep(flight, toFound(entry, opened, askedAt))
    this.#end(flight)
    flight.answer(opened.value)
    return undefined
  }

  #goOn(flight: Flight, seen: Look | Failure): void {
    const search = this.#search(flight)
    const found = 'error' in seen ? find(search, 1) : findFrom(search, 0, seen)
    void this.#finish(flight, found).then(flight.answer, flight.fail)
  }

  async #finish(flight: Flight, search: Promise<Found | undefined>): Promise<unknown> {
    try {
      const found = await search
      if (found === undefined) this.#parts.counters.misses++
      else this.#keep(flight, found)
      return found?.value
    } finally {
      this.#end(flight)
    }
  }

  #keep({ claim }: Flight, found: Found): void {
    const { gate, settings } = this.#parts
    gate.keep(claim, found, { earlyRefresh: settings.freshness.earlyRefresh, memoryTtlMs: Infinity })
  }

  #end(flight: Flight): void {
    this.#parts.gate.release(flight.claim)
    flight.end()
  }

  #search({ key: id }: Flight): Search {
    const { levels, settings, counters } = this.#parts
    return { id, levels, settings, counters }
  }
}
