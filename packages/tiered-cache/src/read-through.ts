import { AsyncLocalStorage } from 'node:async_hooks'
import { acquireOrWait } from './acquire-or-wait.ts'
import { CacheValueError } from './errors.ts'
import type { Failures } from './failures.ts'
import { openEntry, toEntry, toFound, type Found } from './found.ts'
import { isDue } from './freshness.ts'
import type { Level } from './level.ts'
import { loadValue } from './load-value.ts'
import type { LoadParts } from './load-parts.ts'
import type { CacheSettings } from './options.ts'
import type { FirstLook, Look, Quest } from './quest.ts'
import type { Counters } from './stats.ts'
import type { Lease, LeaseRequest, StoredEntry } from './tier.ts'

/** What a tier says: it has a good value, or gives its lease, or another has that, or it fails. */
type Verdict = { readonly found: Found } | { readonly lease: Lease } | 'busy' | { readonly error: unknown }

/**
 * Asks the shared tiers from the nearest down, each under the lease of the one above, and then the loader; what is found
 * is stored on the way back up.
 */
export class ReadThrough {
  readonly #settings: CacheSettings
  readonly #levels: readonly Level[]
  readonly #counters: Counters
  readonly #failures: Failures
  /** Aborted when the cache is closed. */
  readonly #closing: AbortSignal
  /** Runs a refresh outside the context of the request that has set it off. */
  readonly #outside = AsyncLocalStorage.snapshot()

  constructor({ settings, levels, counters, failures, closing }: LoadParts) {
    this.#settings = settings
    this.#levels = levels
    this.#counters = counters
    this.#failures = failures
    this.#closing = closing.signal
  }

  /** A good value; `undefined` for a refresh that another process is already at. */
  seek(quest: Quest, first?: FirstLook): Promise<Found | undefined> {
    return this.#closing.aborted ? this.#load(quest).then(unstored) : this.#descend(0, quest, first)
  }

  async #descend(depth: number, quest: Quest, first?: FirstLook): Promise<Found | undefined> {
    const level = this.#levels[depth]
    if (level === undefined) return this.#load(quest)
    const verdict = await this.#ask(level, quest, first)
    if (verdict === 'busy') return quest.isRefresh ? undefined : unstored(await this.#load(quest))
    if ('found' in verdict) return verdict.found
    if ('lease' in verdict) return this.#underLease(level, verdict.lease, quest, () => this.#descend(depth + 1, quest))
    const found = await this.#descend(depth + 1, quest)
    return found && { ...found, trouble: found.trouble ?? verdict.error }
  }

  async #ask(level: Level, quest: Quest, first?: FirstLook): Promise<Verdict> {
    if (first !== undefined && 'error' in first) return first
    try {
      if (quest.isForced) return { lease: await level.store.claim(this.#requestOf(quest, undefined)) }
      const seen = first ?? (await this.#look(level, quest.id))
      const found = this.#judge(level, await this.#read(seen, quest), quest, seen.isDue)
      return found === undefined ? await this.#acquire(level, quest, seen.entry?.version) : { found }
    } catch (error) {
      return { error }
    }
  }

  async #look(level: Level, id: string): Promise<Look> {
    const askedAt = this.#settings.now()
    return this.#open(await level.read(id), askedAt)
  }

  #open(entry: StoredEntry | undefined, askedAt: number): Look {
    return { entry, askedAt, opened: entry && openEntry(entry, this.#settings), isDue: false }
  }

  async #acquire(level: Level, quest: Quest, known: string | undefined): Promise<Verdict> {
    const waitMs = quest.isRefresh ? 0 : this.#settings.waitMs
    const askedAt = this.#settings.now()
    const acquired = await acquireOrWait(level, this.#requestOf(quest, known), waitMs, this.#closing)
    if (acquired.state === 'wait') return 'busy'
    if (acquired.state === 'lease') return acquired
    const found = this.#judge(level, await this.#read(this.#open(acquired.entry, askedAt), quest), quest, false)
    if (found !== undefined) return { found }
    // An entry again that will not do: others are at it.
    return known === undefined ? this.#acquire(level, quest, acquired.entry.version) : 'busy'
  }

  /** The value of an entry, if it has one that may be used. */
  async #read({ entry, askedAt, opened: opening }: Look, { accepts }: Quest): Promise<Found | undefined> {
    const opened = await opening
    if (entry === undefined || opened === undefined) return undefined
    return accepts === undefined || (await accepts(opened.value)) ? toFound(entry, opened, askedAt) : undefined
  }

  /** The value found if it will do. One that is only due goes to those who wait, and a newer one is sought. */
  #judge(level: Level, found: Found | undefined, quest: Quest, isKnownDue: boolean): Found | undefined {
    if (found === undefined) return undefined
    const now = this.#settings.now()
    // Chance decides once.
    if (!isKnownDue && !isDue(found.softAt, found.loadMs, quest.terms.earlyRefresh, now)) {
      level.hits++
      return found
    }
    quest.known = found
    if (!quest.isRefresh && now < found.softAt + quest.terms.staleMs) quest.answer(found)
    return undefined
  }

  #requestOf({ id, terms }: Quest, known: string | undefined): LeaseRequest {
    const { tags, ttlMs, staleMs, staleIfErrorMs, hardDeadlineMs } = terms
    const hardMs = ttlMs + Math.max(staleMs, staleIfErrorMs)
    return { key: id, tags, leaseMs: hardDeadlineMs + 1_000, hardMs, known }
  }

  /** Asks below and stores what comes, unless the lease was broken meanwhile: then nobody above may store it either. */
  async #underLease(
    level: Level,
    lease: Lease,
    quest: Quest,
    askBelow: () => Promise<Found | undefined>,
  ): Promise<Found | undefined> {
    let isFilled = false
    try {
      const found = await askBelow()
      if (found?.payload === undefined || !found.isStorable) return found
      const goodAt = this.#settings.now()
      const entry = toEntry(found, found.payload, goodAt)
      if (!level.takes(entry))
        return { ...found, trouble: found.trouble ?? new CacheValueError(quest.id, level.maxPayloadBytes) }
      try {
        isFilled = true
        const isStored = await level.fill({ lease, entry })
        return isStored ? { ...found, goodAt, isStored } : unstored(found)
      } catch (error) {
        isFilled = false
        return { ...found, trouble: error }
      }
    } finally {
      if (!isFilled) void level.store.release([lease])
    }
  }

  async #load(quest: Quest): Promise<Found> {
    this.#failures.rethrow(quest.id)
    // Until now the answer could have been an entry with other tags.
    quest.flight.tags = quest.terms.tags
    this.#counters.loads++
    if (!quest.isRefresh) this.#counters.misses++
    const stopWaiting = this.#answerAfterSoftDeadline(quest)
    try {
      const run = () => loadValue(quest, this.#settings)
      return await (quest.isRefresh ? this.#outside(run) : run())
    } catch (error) {
      this.#counters.loadFailures++
      this.#failures.remember(quest.id, error, quest.terms.errorTtlMs)
      throw error
    } finally {
      stopWaiting()
    }
  }

  /** When there is a stale value to fall back on, nobody waits for long. The load goes on. */
  #answerAfterSoftDeadline({ known, terms, flight }: Quest): () => void {
    if (known === undefined || terms.softDeadlineMs === undefined) return () => undefined
    const answer = () => {
      if (this.#settings.now() < known.softAt + terms.staleIfErrorMs) flight.answer(known.value)
    }
    const timer = setTimeout(answer, terms.softDeadlineMs).unref()
    return () => clearTimeout(timer)
  }
}

function unstored<T extends Found | undefined>(found: T): T {
  return found && { ...found, isStorable: false }
}
