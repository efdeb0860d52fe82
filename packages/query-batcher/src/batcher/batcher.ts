import type { BatchLoadFn } from './batch-load-fn.ts'
import type { BatcherOptions } from './batcher-options.ts'
import { warnOfCache } from './cache-warning.ts'
import { checkBatcherOptions, checkBatchFunction } from './check-batcher-options.ts'
import { LoadCollector } from './load-collector.ts'
import { RecordedWrites, type Writes } from './writes.ts'

/** How one load differs from others. */
export interface LoadOptions {
  /**
   * Rejects this load, with the signal's reason. The key is not asked for when nobody else waits for it, and the batch's
   * signal is aborted when nobody waits for any of its keys.
   */
  readonly signal?: AbortSignal | undefined
}

/**
 * Collects the keys that are asked for one by one, asks for them together, and remembers what was answered. Has the
 * constructor, the methods and the options of DataLoader.
 *
 * @example
 * ```ts
 * import { Batcher, keyBy } from '@seawall/query-batcher'
 *
 * const authors = new Batcher(async (ids: readonly number[]) => {
 *   const rows = await db.selectFrom('author').select(['id', 'name']).where('id', 'in', ids).execute()
 *   return keyBy(rows, ids, (author) => author.id)
 * })
 * const found = await Promise.all([authors.load(2), authors.load(1), authors.load(2)]) // one statement
 * found.map((author) => author?.name) // ['Le Guin', 'Lem', 'Le Guin']
 * ```
 */
export class Batcher<K, V, C = K> {
  /** What it is called in errors and on the diagnostics channel; `null` for nothing. */
  readonly name: string | null
  readonly #loads: LoadCollector<K, V, C>

  /**
   * Creates a batcher.
   *
   * @param batchLoadFn - Loads many keys at once, and answers a value or an `Error` for each, in the order of the keys.
   * @param options - How to collect and what to remember.
   * @throws TypeError for an unknown option or one of the wrong type.
   * @throws RangeError for an option outside its range.
   */
  constructor(batchLoadFn: BatchLoadFn<K, V>, options?: BatcherOptions<K, V, C>) {
    checkBatchFunction(batchLoadFn)
    const checked = checkBatcherOptions(options)
    this.name = checked.name
    this.#loads = new LoadCollector(batchLoadFn, this, checked)
  }

  /**
   * Asks for one key, together with all others that are asked for in the same tick, window or dispatch.
   *
   * @returns The value. Rejected with the key's error; or, when the whole batch has failed, with an error of this load's
   * own, of the class and with the fields of the one that the batch has failed with.
   * @throws TypeError when the key is `null` or `undefined`.
   */
  load(key: K, options?: LoadOptions): Promise<V> {
    if (key === null || key === undefined)
      throw new TypeError(`Cannot load a key as it must be a value: current value is ${String(key)}`)
    return this.#loads.load(key, options?.signal)
  }

  /**
   * Asks for several keys.
   *
   * @returns A value or an error for each key, in the order of the keys. Never rejected.
   * @throws TypeError when `keys` is no array, or one of them is `null` or `undefined`.
   */
  loadMany(keys: ArrayLike<K>, options?: LoadOptions): Promise<(V | Error)[]> {
    if (typeof keys !== 'object' || keys === null || typeof keys.length !== 'number')
      throw new TypeError(`Cannot load keys as they must be an array: current type is ${typeof keys}`)
    const loads: Promise<V | Error>[] = []
    for (let index = 0; index < keys.length; index++) {
      loads.push(this.load(keys[index] as K, options).then(undefined, asValue))
    }
    return Promise.all(loads)
  }

  /** Remembers a value for a key, or an `Error`, unless something is remembered for it. */
  prime(key: K, value: V | PromiseLike<V> | Error): this {
    const cache = this.#loads.current().currentCache
    const cacheKey = this.#loads.cacheKey(key)
    if (cache === undefined || cache.get(cacheKey)) return this
    const promise = value instanceof Error ? Promise.reject(value) : Promise.resolve(value)
    // an error is primed on purpose: nobody need have asked for it
    if (value instanceof Error) promise.catch(() => undefined)
    this.#loads.remember(cache, cacheKey, promise)
    return this
  }

  /** Remembers rows that were just written, each under its key, in place of what was remembered. */
  primeMany(rows: Iterable<V>, keyOf: (row: V) => K): this {
    for (const row of rows) this.clear(keyOf(row)).prime(keyOf(row), row)
    return this
  }

  /** Forgets a key. Loads of it that are under way end as they would have. */
  clear(key: K): this {
    this.#loads.current().clear(this.#loads.cacheKey(key))
    return this
  }

  /** Forgets several keys. */
  clearMany(keys: Iterable<K>): this {
    for (const key of keys) this.clear(key)
    return this
  }

  /** Forgets all keys, in every context. */
  clearAll(): this {
    this.#loads.clearAll()
    return this
  }

  /**
   * Runs a transaction, and lets go into the cache what it has written when it has committed, that is when `run` has
   * been fulfilled. When it fails, nothing is primed; keys are cleared in both cases, once it is over.
   *
   * @param run - Runs the transaction. It is given `writes`, whose methods are those of the batcher.
   * @returns What `run` returns.
   * @example
   * ```ts
   * import { Batcher, keyBy } from '@seawall/query-batcher'
   *
   * const authors = new Batcher(async (ids: readonly number[]) =>
   *   keyBy(await db.selectFrom('author').selectAll().where('id', 'in', ids).execute(), ids, (author) => author.id),
   * )
   * await authors.afterCommit((writes) =>
   *   db.transaction().execute(async (trx) => {
   *     const named = trx.updateTable('author').set({ name: 'Stanisław Lem' }).where('id', '=', 1)
   *     writes.primeMany(await named.returningAll().execute(), (author) => author.id)
   *   }),
   * )
   * const lem = await authors.load(1) // no statement
   * ```
   */
  async afterCommit<R>(run: (writes: Writes<K, V>) => Promise<R>): Promise<R> {
    const writes = new RecordedWrites<K, V>()
    let result: R
    try {
      result = await run(writes)
    } catch (error) {
      this.#safely(() => this.clearMany(writes.keys()))
      throw error
    }
    this.#safely(() => writes.applyTo(this))
    return result
  }

  /** Sends every batch that waits now, of all contexts: what `schedule: 'manual'` leaves to you. */
  dispatch(): this {
    this.#loads.dispatch()
    return this
  }

  /** What has become of a transaction is told as it is, whatever the cache throws. */
  #safely(act: () => void): void {
    try {
      act()
    } catch (error) {
      warnOfCache(this.name, error)
    }
  }
}

function asValue(error: Error): Error {
  return error
}
