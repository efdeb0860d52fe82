import type { EntryOptions, ReadOptions } from './entry-options.ts'
import type { CacheKey } from './encode-key.ts'
import type { Explanation } from './explain.ts'
import type { BulkLoader, Loader } from './load-context.ts'
import type { CacheStats } from './stats.ts'
import type { Handle, HandleOptions } from './typed-handle.ts'

/**
 * A cache; `createCache` makes one. Every method throws, or rejects with, a TypeError for a bad key and a TypeError or
 * RangeError for bad options. What changes something rejects with a `CacheClosedError` once the cache is closed, and with
 * a `CacheTierError` when a shared tier fails: memory has then forgotten what was to change, the tier may still have the
 * old value until it expires. Try again.
 */
export interface Cache {
  /**
   * The value of a key; when no tier has it, what `load` brings, which is then stored. All who ask meanwhile share one
   * load and its failure, in this process and, by a lease in the shared tier, in others. `null` is a value; `undefined`
   * is handed on and never stored. A value too large to be stored is handed on as well.
   *
   * A shared tier that fails is passed over: the promise rejects only with what `load` throws, with a
   * `CacheLoadTimeoutError`, or with a TypeError when it brings something that would not come back the same. `load` must
   * not ask the cache for its own key. On a hit, or when a load is joined, the options are not looked at, but for
   * `signal`.
   */
  getOrSet<T>(key: CacheKey, load: Loader<T>, options?: ReadOptions): Promise<T>
  /**
   * Loads although there is a value, stores what comes, and returns it. The old value is served until then, and in other
   * processes' memory for as long as it may: to have everybody forget it, use `delete` or `expire`.
   */
  refresh<T>(key: CacheKey, load: Loader<T>, options?: ReadOptions): Promise<T>
  /**
   * The values of keys, in their order. What no tier has is loaded by one call with all keys that are missing, which
   * brings a value for each in their order: `undefined` for none, an Error for a failure of that key alone. Keys that
   * somebody is loading already are waited for, and loaded by a further call if that comes to nothing. Rejects when any
   * key fails.
   */
  getOrSetMany<K extends CacheKey, T>(
    keys: readonly K[],
    loadMissing: BulkLoader<K, T>,
    options?: ReadOptions,
  ): Promise<T[]>
  /** The value of a key, or `undefined` when no tier has a fresh one or the shared tiers fail. */
  get<T = unknown>(key: CacheKey): Promise<T | undefined>
  /** The same for several keys, in their order, by one command to a shared tier. */
  getMany<T = unknown>(keys: readonly CacheKey[]): Promise<(T | undefined)[]>
  /** The value of a key if memory has a fresh one, without a promise, otherwise `undefined`. */
  peek<T = unknown>(key: CacheKey): T | undefined
  /** Whether `get` would find a value. */
  has(key: CacheKey): Promise<boolean>
  /**
   * Stores a value, and freezes it. Loads under way do not overwrite it. Over a shared tier memory takes it up with the
   * next read. Of changes of one key that are under way together any may come last: await them in turn, and prefer `delete`
   * when the value has a source, as the one that sets last need not be the one that wrote to the source last.
   *
   * @throws TypeError for a value that would not come back the same, `CacheValueError` for one that is too large.
   */
  set(key: CacheKey, value: unknown, options?: EntryOptions): Promise<void>
  /** The same for several pairs of key and value. */
  setMany(pairs: Iterable<readonly [CacheKey, unknown]>, options?: EntryOptions): Promise<void>
  /** Stores a value unless the key has one, even a stale one. Returns whether it did. Of several at a time, one does. */
  add(key: CacheKey, value: unknown, options?: EntryOptions): Promise<boolean>
  /**
   * Adds to an integer, in one step, and returns the sum. A key without a value counts as 0 and gets the options' lifetime;
   * otherwise the lifetime stays.
   *
   * @throws TypeError when the value is not an integer or the sum would not be a safe one.
   */
  incr(key: CacheKey, by?: number, options?: EntryOptions): Promise<number>
  /** The same downwards. */
  decr(key: CacheKey, by?: number, options?: EntryOptions): Promise<number>
  /** Gives a value another lifetime, counted from now. Returns whether there was one. */
  touch(key: CacheKey, options?: EntryOptions): Promise<boolean>
  /**
   * Removes a key from every tier and keeps what is being loaded for it from being stored. Call it after the source has
   * been changed, after the commit.
   */
  delete(key: CacheKey): Promise<void>
  /** The same for several keys. */
  deleteMany(keys: readonly CacheKey[]): Promise<void>
  /** Makes a value stale: it may still be served as `staleMs` and `staleIfErrorMs` say. Breaks loads as `delete` does. */
  expire(key: CacheKey): Promise<void>
  /**
   * Makes every entry with one of these tags unreadable, those included that are being loaded. It costs the same however
   * many entries there are.
   */
  invalidateTags(tags: readonly string[]): Promise<void>
  /** Makes every entry of the namespace unreadable, those included that are being loaded. Nothing is searched for. */
  clear(): Promise<void>
  /** A handle for entries of one kind: how their keys look, what tags they carry, how they are loaded and checked. */
  define<A, T>(options: HandleOptions<A, T>): Handle<A, T>
  /** What the cache has done since it was made. */
  stats(): CacheStats
  /** What each tier holds for a key, and why a read would or would not use it. Never the value. */
  explain(key: CacheKey): Promise<Explanation>
  /**
   * Forgets what memory holds and waits for the shared tiers, no longer than their deadlines. Clients stay open: they are
   * the application's. Afterwards loads run and are not stored, reads find nothing, and changes throw.
   */
  close(): Promise<void>
}
