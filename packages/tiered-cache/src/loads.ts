import type { Terms } from './entry-options.ts'
import { Flights, type Flight } from './flights.ts'
import { openEntry, toFound, type Found } from './found.ts'
import { isDue } from './freshness.ts'
import type { Known } from './held-value.ts'
import type { Level } from './level.ts'
import type { Loader } from './load-context.ts'
import type { LoadParts } from './load-parts.ts'
import type { Accepts, FirstLook, Quest } from './quest.ts'
import type { ReadBatch } from './read-batch.ts'
import { ReadThrough } from './read-through.ts'
import { tellLoad } from './tell.ts'

/** For how long a value that is due is served before asking again whether another process has a newer one. */
const othersMs = 50

/** What a load is wanted for. */
export interface Want {
  readonly id: string
  readonly terms: Terms
  readonly load: Loader<unknown>
  readonly accepts: Accepts | undefined
  readonly known: Known | undefined
}

type WantFlight = Flight<Want>

/** For whom a search is, and whether it may end with what a tier has. */
type Purpose = 'callers' | 'refresh' | 'reload'

/** The reads that memory cannot answer and that load what no tier has. */
export class Loads {
  readonly #parts: LoadParts
  readonly #through: ReadThrough
  readonly #nearest: Level | undefined
  /** Loads that callers wait for. */
  readonly #awaited = new Flights<Want>()
  /** Loads that nobody waits for. */
  readonly #refreshes = new Flights<Want>()

  constructor(parts: LoadParts) {
    this.#parts = parts
    this.#through = new ReadThrough(parts)
    this.#nearest = parts.levels[0]
  }

  has(id: string): boolean {
    return this.#awaited.has(id) || this.#refreshes.has(id)
  }

  /** How many are under way. */
  get size(): number {
    return this.#awaited.size + this.#refreshes.size
  }

  /** What others are waiting for already. */
  join(id: string): Promise<unknown> | undefined {
    return this.#awaited.join(id)
  }

  /** The value that all callers wait for together. */
  load(want: Want): Promise<unknown> {
    return this.join(want.id) ?? this.begin(want)
  }

  /** The same where there is nothing to join. */
  begin(want: Want): Promise<unknown> {
    const flight = this.#awaited.open(want.id, this.#parts.gate.claim(want.id), want)
    return flight.begin(this.#look(flight))
  }

  /** A load whatever the tiers have. */
  reload(want: Want): Promise<unknown> {
    this.#awaited.forget(want.id)
    const flight = this.#awaited.open(want.id, this.#parts.gate.claim(want.id), want)
    return flight.begin(this.#pursue(flight, 'reload'))
  }

  /** Sees to a new value that nobody waits for. */
  refresh(want: Want): void {
    if (this.#refreshes.has(want.id)) return
    this.#parts.counters.refreshes++
    const flight = this.#refreshes.open(want.id, this.#parts.gate.claim(want.id), want)
    // Its failure is told on the channel; the next caller tries again.
    flight.begin(this.#pursue(flight, 'refresh')).catch(() => undefined)
  }

  forget(id: string): void {
    this.#awaited.forget(id)
    this.#refreshes.forget(id)
  }

  forgetTagged(tags: readonly string[]): void {
    this.#awaited.forgetTagged(tags)
    this.#refreshes.forgetTagged(tags)
  }

  forgetAll(): void {
    this.#awaited.forgetAll()
    this.#refreshes.forgetAll()
  }

  /** Asks the nearest shared tier, whose good value costs no more than this; for all else there is the long way. */
  #look(flight: WantFlight): Promise<unknown> {
    const nearest = this.#nearest
    if (nearest === undefined || flight.want.accepts !== undefined || this.#parts.closing.signal.aborted)
      return this.#pursue(flight, 'callers')
    const batch = nearest.batchFor(flight.key, this)
    const place = batch.add(flight.key, this)
    return batch.told.then(() => {
      try {
        return this.#take(flight, nearest, batch, place)
      } catch (error) {
        return this.#pursue(flight, 'callers', { error })
      }
    })
  }

  /** The value that the tier has, or what the long way brings. */
  #take(flight: WantFlight, nearest: Level, batch: ReadBatch, place: number): unknown {
    if (batch.failure !== undefined) return this.#pursue(flight, 'callers', batch.failure)
    const { settings, gate } = this.#parts
    const { earlyRefresh } = flight.want.terms
    const entry = batch.entries[place]
    const { askedAt, toldAt } = batch
    const opened = entry && openEntry(entry, settings)
    if (entry === undefined || opened === undefined || opened instanceof Promise)
      return this.#pursue(flight, 'callers', { entry, askedAt, opened, isDue: false })
    if (isDue(askedAt + entry.softMs, opened.loadMs, earlyRefresh, toldAt))
      return this.#pursue(flight, 'callers', { entry, askedAt, opened, isDue: true })
    nearest.hits++
    if (flight.claim !== undefined) gate.keep(flight.claim, toFound(entry, opened, askedAt), flight.want.terms)
    this.#end(flight, this.#awaited)
    return opened.value
  }

  #end(flight: WantFlight, flights: Flights<Want>): void {
    this.#parts.gate.release(flight.claim)
    flights.end(flight)
  }

  /** Begins when those who asked have what they wait for, so that what it calls can forget it. */
  #pursue(flight: WantFlight, purpose: Purpose, first?: FirstLook): Promise<unknown> {
    const promise = flight.defer()
    queueMicrotask(() => void this.#search(flight, purpose, first).then(flight.answer, flight.fail))
    return promise
  }

  async #search(flight: WantFlight, purpose: Purpose, first: FirstLook | undefined): Promise<unknown> {
    const { settings, gate, levels } = this.#parts
    const { id, terms, load, accepts, known } = flight.want
    const answer = (due: Found) => {
      if (due.softAt <= settings.now()) this.#parts.counters.staleHits++
      flight.answer(due.value)
      quest.isRefresh = true
      gate.keep(flight.claim, due, terms)
      flight.claim = gate.claim(id)
    }
    const isForced = purpose === 'reload'
    const quest: Quest = { id, terms, load, accepts, known, flight, isRefresh: purpose === 'refresh', isForced, answer }
    const startedAt = settings.now()
    try {
      const found = await this.#through.seek(quest, first)
      if (found === undefined) return this.#leaveToOthers(quest)
      const isKept = gate.keep(flight.claim, found, terms)
      const isStored = levels.length > 0 ? found.isStored : isKept
      if (found.isLoaded) tellLoad(settings.namespace, id, found.loadMs, isStored, found.trouble)
      return found.value
    } catch (error) {
      tellLoad(settings.namespace, id, settings.now() - startedAt, false, error)
      return this.#fallBack(quest, error)
    } finally {
      this.#end(flight, purpose === 'refresh' ? this.#refreshes : this.#awaited)
    }
  }

  /** What a search ends with when another process is loading: the value known is served a little longer. */
  #leaveToOthers({ id, known, terms }: Quest): unknown {
    if (known === undefined) return undefined
    const { gate, settings } = this.#parts
    gate.store?.prolong(id, known, Math.min(known.softAt + terms.staleMs, settings.now() + othersMs))
    return known.value
  }

  /** What a search ends with when the loader fails: the stale value, if it may still be served. */
  #fallBack({ id, known, terms, isRefresh }: Quest, error: unknown): unknown {
    const { gate, settings, failures, counters } = this.#parts
    if (known === undefined || settings.now() >= known.softAt + terms.staleIfErrorMs) throw error
    if (!isRefresh) counters.staleHits++
    gate.store?.prolong(id, known, Math.min(known.softAt + terms.staleIfErrorMs, failures.until(id)))
    return known.value
  }
}
