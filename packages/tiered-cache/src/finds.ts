import { find, findFrom, look, type Search } from './find.ts'
import { Flights, type Flight } from './flights.ts'
import { toFound, type Found } from './found.ts'
import type { Level } from './level.ts'
import type { LoadParts } from './load-parts.ts'
import type { Loads } from './loads.ts'
import type { ReadBatch } from './read-batch.ts'

/** The reads that memory cannot answer and that do not load. */
export class Finds {
  readonly #parts: LoadParts
  readonly #loads: Loads
  readonly #flights = new Flights<Level>()

  constructor(parts: LoadParts, loads: Loads) {
    this.#parts = parts
    this.#loads = loads
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
    const batch = nearest.batchFor(id, this)
    const place = batch.add(id, this)
    return flight.begin(
      batch.told.then(() => {
        try {
          return this.#take(flight, batch, place)
        } catch {
          return this.#finish(flight, find(this.#search(flight), 1))
        }
      }),
    )
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

  /** Ends with a fresh value of the nearest shared tier, which costs no more than this, or goes on from there. */
  #take(flight: Flight<Level>, batch: ReadBatch, place: number): unknown {
    if (batch.failure !== undefined) return this.#finish(flight, find(this.#search(flight), 1))
    const entry = batch.entries[place]
    const seen = look(entry, batch.askedAt, this.#parts.settings)
    const { opened, askedAt } = seen
    if (entry === undefined || opened === undefined || opened instanceof Promise)
      return this.#finish(flight, findFrom(this.#search(flight), 0, seen))
    flight.want.hits++
    if (flight.claim !== undefined) this.#keep(flight, toFound(entry, opened, askedAt))
    this.#end(flight)
    return opened.value
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
