import { readChannel } from './channels.ts'
import { encodeKey, type CacheKey } from './encode-key.ts'
import { CacheClosedError } from './errors.ts'
import { Flights } from './flights.ts'
import { checkEntryOptions, type CacheSettings, type EntryOptions } from './options.ts'
import { toPlainValue } from './plain-value.ts'
import { ReadThrough } from './read-through.ts'
import type { Entry, LeaseTerms } from './tier.ts'

/** A cache; `createCache` makes one. */
export class Cache {
  readonly #settings: CacheSettings
  readonly #through: ReadThrough
  /** Loads under way. */
  readonly #loads: Flights
  /** Reads of the shared tier under way that will not load. */
  readonly #reads: Flights
  readonly #closing = new AbortController()

  /** @internal */
  constructor(settings: CacheSettings) {
    this.#settings = settings
    this.#through = new ReadThrough(settings, this.#closing.signal)
    this.#loads = new Flights(settings.leaseMs)
    this.#reads = new Flights(settings.leaseMs)
  }

  /**
   * The value of a key; when no tier has it, what `load` brings, which is then stored. All who ask meanwhile share one
   * load and its failure, in this process and, by a lease in the shared tier, in others. `null` is a value; `undefined`
   * is handed on and never stored. The value is frozen in depth, also the one that `load` returned.
   *
   * A shared tier that fails is passed over: the promise rejects only with what `load` throws, or with a TypeError when
   * it returns something that is not plain JSON data. `load` must not ask the cache for its own key.
   *
   * @throws TypeError or RangeError at once, for a bad key or bad options. A hit does not check the options.
   */
  getOrSet<T>(key: CacheKey, load: () => T | Promise<T>, options: EntryOptions = {}): Promise<T> {
    const id = this.#keyOf(key)
    const held = this.#readMemory(id)
    if (held !== undefined) return Promise.resolve(held.plain.value as T)
    const terms = this.#termsOf('load through the cache', options)
    return this.#loads.run(id, (flight) => this.#through.getOrLoad({ key: id, terms, load, flight })) as Promise<T>
  }

  /**
   * The value of a key, or `undefined` when no tier has it or the shared tier fails. Frozen in depth.
   *
   * @throws TypeError for a bad key.
   */
  async get<T = unknown>(key: CacheKey): Promise<T | undefined> {
    const id = this.#keyOf(key)
    const held = this.#readMemory(id)
    if (held !== undefined) return held.plain.value as T
    // A load that is under way will keep the value itself; taking its place in memory would only hinder it.
    return (await this.#reads.run(id, () => this.#through.read(id, !this.#loads.has(id)))) as T | undefined
  }

  /**
   * The value of a key if memory has it, without a promise, otherwise `undefined`.
   *
   * @throws TypeError for a bad key.
   */
  peek<T = unknown>(key: CacheKey): T | undefined {
    return this.#readMemory(this.#keyOf(key))?.plain.value as T | undefined
  }

  /**
   * Stores a value, and freezes it. Loads under way do not overwrite it. Over a shared tier memory takes it up with the
   * next read. A later `set` or `delete` of the key that overtakes this one wins. Prefer `delete` when the value has a
   * source: of two writers at a time, the one that sets last need not be the one that wrote to the source last.
   *
   * @throws TypeError for a value that is not plain JSON data, a bad key or bad options.
   * @throws CacheTierError when the shared tier fails. The old value may still be there, or the new one; memory has none.
   */
  async set(key: CacheKey, value: unknown, options: EntryOptions = {}): Promise<void> {
    const id = this.#keyOf(key)
    this.#refuseWhenClosed(`set ${id}`)
    const terms = this.#termsOf('set a cache entry', options)
    const entry: Entry = { plain: toPlainValue(value, id), ttlMs: terms.ttlMs, tags: terms.tags }
    const { memory, shared, memoryTtlMs } = this.#settings
    if (shared === undefined) {
      this.#forget(id)
      memory?.claim(id).fill({ ...entry, ttlMs: Math.min(entry.ttlMs, memoryTtlMs) })
      return
    }
    await this.#around(id, async () => {
      const lease = await shared.claim(id, terms)
      try {
        await lease.fill(entry)
      } catch (error) {
        void lease.release()
        throw error
      }
    })
  }

  /**
   * Removes a key from every tier and keeps what is being loaded for it from being stored. Call it after the source has
   * been changed, after the commit.
   *
   * @throws TypeError for a bad key.
   * @throws CacheTierError when the shared tier fails: memory has forgotten the key, the shared tier may still serve the
   * old value until it expires. Try again.
   */
  async delete(key: CacheKey): Promise<void> {
    const id = this.#keyOf(key)
    this.#refuseWhenClosed(`delete ${id}`)
    await this.#around(id, async () => this.#settings.shared?.delete(id))
  }

  /**
   * Makes every entry with one of these tags unreadable, those included that are being loaded. It costs the same however
   * many entries there are.
   *
   * @throws TypeError for a bad tag.
   * @throws CacheTierError when the shared tier fails: memory has forgotten the entries, the shared tier may still serve
   * them until they expire. Try again.
   */
  async invalidateTags(tags: readonly string[]): Promise<void> {
    this.#refuseWhenClosed('invalidate tags')
    const ids = this.#tagsOf(checkEntryOptions('invalidate tags', { tags }, 1).tags)
    this.#forgetTags(ids)
    try {
      await this.#settings.shared?.deleteTags(ids)
    } finally {
      this.#forgetTags(ids)
    }
  }

  /**
   * Forgets what memory holds and waits for the shared tier, no longer than its deadline. Clients stay open: they are the
   * application's. Afterwards loads run and are not stored, reads find nothing, and changes throw a `CacheClosedError`.
   */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#settings.memory?.close()
    await this.#settings.shared?.close()
  }

  /** Changes the shared tier; memory forgets the key before, and after it what was read from the tier meanwhile. */
  async #around(id: string, change: () => Promise<void>): Promise<void> {
    this.#forget(id)
    try {
      await change()
    } finally {
      this.#forget(id)
    }
  }

  #forget(id: string): void {
    this.#loads.forget(id)
    this.#reads.forget(id)
    this.#settings.memory?.delete(id)
  }

  #forgetTags(ids: readonly string[]): void {
    this.#loads.forgetTagged(ids)
    this.#reads.forgetTagged(ids)
    this.#settings.memory?.deleteTags(ids)
  }

  #readMemory(id: string): Entry | undefined {
    const { memory, namespace } = this.#settings
    if (memory === undefined) return undefined
    const entry = memory.read(id)
    if (readChannel.hasSubscribers) {
      const hit = entry !== undefined
      readChannel.publish({
        namespace,
        key: id,
        tier: memory.name,
        hit,
        durationMs: 0,
        degraded: false,
        error: undefined,
      })
    }
    return entry
  }

  #keyOf(key: CacheKey): string {
    // The braces make a Redis Cluster keep all that belongs to a key in one place.
    return `${this.#settings.namespace}:{${encodeKey(key)}}`
  }

  #tagsOf(tags: readonly string[]): string[] {
    return tags.map((tag) => `${this.#settings.namespace}:tag:${encodeKey(tag)}`)
  }

  #termsOf(action: string, options: EntryOptions): LeaseTerms {
    const { ttlMs, tags } = checkEntryOptions(action, options, this.#settings.ttlMs)
    return { ttlMs, tags: this.#tagsOf(tags), leaseMs: this.#settings.leaseMs }
  }

  #refuseWhenClosed(action: string): void {
    if (this.#closing.signal.aborted) throw new CacheClosedError(action)
  }
}
