import { askEach } from './ask-each.ts'
import { bulkLoad } from './bulk-load.ts'
import type { Cache } from './cache.ts'
import { Changes } from './changes.ts'
import { createHandle } from './create-handle.ts'
import { assertWellFormed, encodeKey, type CacheKey } from './encode-key.ts'
import { Engine } from './engine.ts'
import {
  checkEntryOptions,
  checkReadOptions,
  checkTags,
  type EntryOptions,
  type ReadOptions,
  type Terms,
} from './entry-options.ts'
import { explain, type Explanation } from './explain.ts'
import type { HeldValue } from './held-value.ts'
import type { BulkLoader, Loader } from './load-context.ts'
import { MemoryReads } from './memory-reads.ts'
import type { CacheSettings } from './options.ts'
import type { Accepts } from './quest.ts'
import { readStats } from './read-stats.ts'
import type { CacheStats } from './stats.ts'
import { offerTagVersions } from './tag-versions.ts'
import type { Handle, HandleOptions } from './typed-handle.ts'
import { withSignal } from './with-signal.ts'

const noOptions: ReadOptions = {}

/** The cache that `createCache` makes: answers from memory itself, and hands everything else on. */
export class TieredCache implements Cache {
  readonly #engine: Engine
  readonly #changes: Changes
  /** What a read wants whose caller says nothing. */
  readonly #defaultTerms: Terms
  readonly #memory: MemoryReads

  constructor(settings: CacheSettings) {
    this.#engine = new Engine(settings)
    this.#memory = new MemoryReads(settings, this.#engine.gate)
    this.#changes = new Changes(this.#engine)
    this.#defaultTerms = this.#readTerms(noOptions)
    offerTagVersions(this, this.#engine.versions)
  }

  getOrSet<T>(key: CacheKey, load: Loader<T>, options?: ReadOptions): Promise<T> {
    const id = encodeKey(key)
    const held = this.#memory.read(id)
    if (held !== undefined && this.#memory.isGood(held)) return Promise.resolve(this.#memory.serve(held) as T)
    return this.#getOrLoad(id, held, load, options ?? noOptions, undefined)
  }

  refresh<T>(key: CacheKey, load: Loader<T>, options: ReadOptions = noOptions): Promise<T> {
    const id = this.#idOf(key)
    const terms = this.#readTerms(options)
    this.#engine.leave([id])
    const want = { id, terms, load, accepts: undefined, known: this.#memory.read(id) }
    return withSignal(this.#engine.loads.reload(want) as Promise<T>, options.signal)
  }

  getOrSetMany<K extends CacheKey, T>(
    keys: readonly K[],
    loadMissing: BulkLoader<K, T>,
    options: ReadOptions = noOptions,
  ): Promise<T[]> {
    const load = bulkLoad(loadMissing)
    return askEach(keys, (key) => this.getOrSet(key, () => load(key), options))
  }

  async get<T = unknown>(key: CacheKey): Promise<T | undefined> {
    const id = encodeKey(key)
    const held = this.#memory.readFresh(id)
    if (held !== undefined) return this.#memory.serve(held) as T
    assertWellFormed(id)
    return (await this.#engine.finds.find(id)) as T | undefined
  }

  getMany<T = unknown>(keys: readonly CacheKey[]): Promise<(T | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<T>(key)))
  }

  peek<T = unknown>(key: CacheKey): T | undefined {
    const held = this.#memory.readFresh(encodeKey(key))
    return held === undefined ? undefined : (this.#memory.serve(held) as T)
  }

  async has(key: CacheKey): Promise<boolean> {
    return (await this.get(key)) !== undefined
  }

  set(key: CacheKey, value: unknown, options: EntryOptions = noOptions): Promise<void> {
    return this.setMany([[key, value]], options)
  }

  async setMany(pairs: Iterable<readonly [CacheKey, unknown]>, options: EntryOptions = noOptions): Promise<void> {
    const terms = this.#terms('set a cache entry', options)
    const ready = Array.from(pairs, ([key, value]) => [this.#idOf(key), value] as const)
    await this.#changes.set(ready, terms)
  }

  async add(key: CacheKey, value: unknown, options: EntryOptions = noOptions): Promise<boolean> {
    return this.#changes.add(this.#idOf(key), value, this.#terms('add a cache entry', options))
  }

  async incr(key: CacheKey, by = 1, options: EntryOptions = noOptions): Promise<number> {
    return this.#changes.increment(this.#idOf(key), by, this.#terms('count', options))
  }

  decr(key: CacheKey, by = 1, options: EntryOptions = noOptions): Promise<number> {
    return this.incr(key, -by, options)
  }

  async touch(key: CacheKey, options: EntryOptions = noOptions): Promise<boolean> {
    return this.#changes.touch(this.#idOf(key), this.#terms('touch a cache entry', options))
  }

  delete(key: CacheKey): Promise<void> {
    return this.deleteMany([key])
  }

  async deleteMany(keys: readonly CacheKey[]): Promise<void> {
    await this.#changes.delete(keys.map((key) => this.#idOf(key)))
  }

  async expire(key: CacheKey): Promise<void> {
    await this.#changes.expire(this.#idOf(key))
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    await this.#changes.invalidateTags(checkTags('invalidate tags', tags))
  }

  async clear(): Promise<void> {
    await this.#changes.clear()
  }

  define<A, T>(options: HandleOptions<A, T>): Handle<A, T> {
    return createHandle(this, (...read) => this.#getOrSetChecked(...read), options)
  }

  stats(): CacheStats {
    return readStats(this.#engine, this.#memory.hits)
  }

  async explain(key: CacheKey): Promise<Explanation> {
    return explain(this.#engine, this.#idOf(key))
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  #getOrSetChecked<T>(key: CacheKey, load: Loader<T>, options: ReadOptions, accepts: Accepts | undefined): Promise<T> {
    const id = encodeKey(key)
    const held = this.#memory.read(id)
    if (held !== undefined && this.#memory.isGood(held)) return Promise.resolve(this.#memory.serve(held) as T)
    return this.#getOrLoad(id, held, load, options, accepts)
  }

  /** What happens when memory has nothing that is served without further thought. */
  #getOrLoad<T>(
    id: string,
    held: HeldValue | undefined,
    load: Loader<T>,
    options: ReadOptions,
    accepts: Accepts | undefined,
  ): Promise<T> {
    const engine = this.#engine
    const joined = held === undefined ? engine.loads.join(id) : undefined
    if (joined !== undefined) return withSignal(joined as Promise<T>, options.signal)
    assertWellFormed(id)
    const terms = options === noOptions ? this.#defaultTerms : this.#readTerms(options)
    const bare = { id, terms, load, accepts, known: undefined }
    if (held === undefined) return withSignal(engine.loads.begin(bare) as Promise<T>, options.signal)
    const now = engine.settings.now()
    const known = now < held.hardAt ? held : undefined
    const want = { ...bare, known }
    if (known !== undefined && now < known.softAt + terms.staleMs) {
      engine.loads.refresh(want)
      if (now >= known.softAt) engine.counters.staleHits++
      return Promise.resolve(this.#memory.serve(known) as T)
    }
    return withSignal(engine.loads.load(want) as Promise<T>, options.signal)
  }

  #idOf(key: CacheKey): string {
    const id = encodeKey(key)
    assertWellFormed(id)
    return id
  }

  #readTerms(options: ReadOptions): Terms {
    return checkReadOptions('load through the cache', options, this.#engine.settings.freshness)
  }

  #terms(action: string, options: EntryOptions): Terms {
    return checkEntryOptions(action, options, this.#engine.settings.freshness)
  }
}
