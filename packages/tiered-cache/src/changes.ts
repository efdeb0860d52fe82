import type { Change } from './coherence.ts'
import { withDeadline } from './deadline.ts'
import type { Engine } from './engine.ts'
import type { Terms } from './entry-options.ts'
import { CacheClosedError, CacheTierError, CacheValueError } from './errors.ts'
import { drawLifetime } from './freshness.ts'
import type { Level } from './level.ts'
import { MemoryCounters, type Ready } from './memory-counters.ts'
import { sealValue, type Sealed } from './seal-value.ts'
import type { CounterStore, Write } from './tier.ts'

/** How long the news of a change may take when no shared tier says it. */
const publishMs = 1_000
const noBytes = new Uint8Array()

/**
 * What changes a cache. The lowest tier counts: it is changed first, then those above it from the bottom up, so that none
 * can take the old value up again, and memory before and after.
 */
export class Changes {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async set(pairs: readonly (readonly [id: string, value: unknown])[], terms: Terms): Promise<void> {
    this.#refuseWhenClosed('set')
    const values: Ready[] = []
    for (const [id, value] of pairs) {
      const sealed = this.#seal(id, value)
      // Without a turn of the loop in between where none is needed: a delete that is called after this comes after it.
      values.push(toReady(id, value, sealed instanceof Promise ? await sealed : sealed, terms))
    }
    // Of a key given twice the last value counts.
    const byId = new Map(values.map((one) => [one.id, one]))
    const writes = Array.from(byId.values(), (ready) => this.#toWrite(ready, terms))
    await this.#change(
      [...byId.keys()],
      (lowest) => lowest.write(writes),
      (memory) => {
        for (const one of byId.values()) memory.set(one, terms)
      },
    )
  }

  async add(id: string, value: unknown, terms: Terms): Promise<boolean> {
    this.#refuseWhenClosed('add')
    const ready = toReady(id, value, await this.#seal(id, value), terms)
    const { key, entry } = this.#toWrite(ready, terms)
    return this.#change(
      [id],
      (lowest) => countersOf(lowest).add({ key, entry: lowest.limit(entry) }),
      (memory) => memory.add(ready, terms),
    )
  }

  async increment(id: string, by: number, terms: Terms): Promise<number> {
    if (!Number.isSafeInteger(by))
      throw new RangeError(`Cannot count '${id}' as 'by' must be a safe integer: current value is ${by}`)
    this.#refuseWhenClosed('count')
    const lifetime = drawLifetime(terms, by)
    const sum = await this.#change(
      [id],
      (lowest) => countersOf(lowest).increment(id, by, lowest.limit(lifetime)),
      (memory) => memory.increment(id, by, lifetime),
    )
    if (sum !== undefined) return sum
    throw new TypeError(`Cannot count '${id}' as its value is not an integer, or the sum would not be a safe one`)
  }

  async touch(id: string, terms: Terms): Promise<boolean> {
    this.#refuseWhenClosed('touch')
    const lifetime = drawLifetime(terms, undefined)
    return this.#change(
      [id],
      (lowest) => countersOf(lowest).touch(id, lowest.limit(lifetime)),
      (memory) => memory.touch(id, lifetime),
    )
  }

  async delete(ids: readonly string[]): Promise<void> {
    this.#refuseWhenClosed('delete')
    const keys = [...new Set(ids)]
    const forget = () => this.#engine.forget(keys)
    await this.#everywhere({ kind: 'keys', keys }, forget, (level) => level.delete(keys))
  }

  async expire(id: string): Promise<void> {
    this.#refuseWhenClosed('expire')
    const forget = () => this.#engine.forgetFresh([id])
    await this.#everywhere({ kind: 'keys', keys: [id] }, forget, (level) => level.store.expire([id]))
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    this.#refuseWhenClosed('invalidate tags')
    const forget = () => this.#engine.forgetTags(tags)
    await this.#everywhere({ kind: 'tags', tags }, forget, (level) => level.store.invalidateTags(tags))
  }

  async clear(): Promise<void> {
    this.#refuseWhenClosed('clear')
    const forget = () => this.#engine.forgetAll()
    await this.#everywhere({ kind: 'all' }, forget, (level) => level.store.clear())
  }

  #seal(id: string, value: unknown): Sealed | Promise<Sealed> {
    return sealValue(id, value, { loadMs: 0, etag: undefined }, this.#engine.settings)
  }

  #toWrite({ id, sealed, lifetime }: Ready, terms: Terms): Write {
    const entry = { payload: sealed.payload ?? noBytes, ...lifetime, tags: terms.tags }
    const lowest = this.#engine.levels.at(-1)
    if (lowest?.takes(entry) === false) throw new CacheValueError(id, lowest.maxPayloadBytes)
    return { key: id, entry }
  }

  /** Changes the lowest tier, or memory where there is none; those above forget. */
  async #change<T>(
    keys: readonly string[],
    atLowest: (level: Level) => Promise<T>,
    inMemory: (memory: MemoryCounters) => T,
  ): Promise<T> {
    const { levels, gate, settings } = this.#engine
    const lowest = levels.at(-1)
    if (lowest === undefined) {
      this.#engine.leave(keys)
      const result = inMemory(new MemoryCounters(gate, settings.now()))
      await this.#publish({ kind: 'keys', keys })
      return result
    }
    this.#engine.forget(keys)
    try {
      const result = await atLowest(lowest)
      for (const level of levels.slice(0, -1).toReversed()) await level.delete(keys)
      await this.#publish({ kind: 'keys', keys })
      return result
    } finally {
      this.#engine.forget(keys)
    }
  }

  /** Changes all tiers from the bottom up, each although another fails, and forgets what was read from them meanwhile. */
  async #everywhere(change: Change, forget: () => void, act: (level: Level) => Promise<void>): Promise<void> {
    forget()
    const errors: unknown[] = []
    const attempt = (work: Promise<void>) => work.catch((error: unknown) => void errors.push(error))
    try {
      for (const level of this.#engine.levels.toReversed()) await attempt(act(level))
      await attempt(this.#publish(change))
    } finally {
      forget()
    }
    if (errors.length > 0) throw errors[0]
  }

  /** Tells the other processes, unless the nearest shared tier, which is the last to be changed, has done so itself. */
  async #publish(change: Change): Promise<void> {
    const { levels, link, settings } = this.#engine
    if (link?.publish === undefined || levels[0]?.store.announces === true) return
    try {
      await withDeadline(async () => link.publish?.(change), publishMs)
    } catch (error) {
      throw new CacheTierError(settings.coherence?.name ?? 'coherence', 'publish', error)
    }
  }

  #refuseWhenClosed(action: string): void {
    if (this.#engine.closing.signal.aborted) throw new CacheClosedError(action)
  }
}

function countersOf(level: Level): CounterStore {
  const { counters } = level.store
  if (counters === undefined)
    throw new TypeError(`Cannot count in cache tier '${level.name}' as it knows neither add, increment nor touch`)
  return counters
}

function toReady(id: string, value: unknown, sealed: Sealed, terms: Terms): Ready {
  if (sealed.refusal !== undefined) throw sealed.refusal
  return { id, value, sealed, lifetime: drawLifetime(terms, value) }
}
