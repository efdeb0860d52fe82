import { AbortableLoads } from './abortable-loads.ts'
import type { BatchLoadFn, CacheMap } from './batch-load-fn.ts'
import { BatchRunner } from './batch-runner.ts'
import { Batch, type BatchOwner, type Failure } from './batch.ts'
import { warnOfCache } from './cache-warning.ts'
import type { CheckedBatcherOptions } from './check-batcher-options.ts'
import { Contexts } from './contexts.ts'
import { stackAboveLoad } from './error-for-load.ts'
import { SharedLoads } from './shared-loads.ts'

/** Puts loads into the open batch of their context, or finds them in its cache. */
export class LoadCollector<K, V, C> implements BatchOwner<K, V, C> {
  readonly #options: CheckedBatcherOptions<K, V, C>
  readonly #maxBatchSize: number
  readonly #cacheKeyFn: ((key: K) => C) | undefined
  readonly #runner: BatchRunner<K, V, C>
  /** What all loads share, where there is no `context`. */
  readonly #shared: SharedLoads<K, V, C>
  readonly #contexts: Contexts<K, V, C> | undefined
  /** What `dispatch` would send; `undefined` where batches are sent by tick. */
  readonly #undispatched: Map<Batch<K, V, C>, SharedLoads<K, V, C>> | undefined
  #abortable: AbortableLoads | undefined = undefined

  constructor(load: BatchLoadFn<K, V>, receiver: unknown, options: CheckedBatcherOptions<K, V, C>) {
    const { context, maxBatchSize, cacheKeyFn } = options
    this.#options = options
    this.#maxBatchSize = maxBatchSize
    this.#cacheKeyFn = cacheKeyFn
    this.#undispatched = options.isByTick ? undefined : new Map()
    this.#runner = new BatchRunner(load, receiver, options)
    this.#shared = this.#share(undefined)
    this.#contexts = context && new Contexts(context, (current) => this.#share(current))
  }

  load(key: K, signal: AbortSignal | undefined): Promise<V> {
    if (signal?.aborted) return rejected(signal)
    const shared = this.current()
    const batch = shared.open ?? this.#open(shared)
    const { cache } = batch
    const cacheKey = cache === undefined ? undefined : this.cacheKey(key)
    const known = cache?.get(cacheKey as C)
    if (known) return this.#again(batch, known, signal)
    const promise = batch.add(key)
    if (cache !== undefined) this.#remember(batch, cacheKey as C, promise)
    if (this.#options.stacks) batch.noteStack(stackAboveLoad())
    if (batch.keys.length >= this.#maxBatchSize) this.#closeFull(batch, shared)
    return signal === undefined ? promise : this.#abortableFirst(batch, key, promise, signal)
  }

  /** What the loads of the current context share. */
  current(): SharedLoads<K, V, C> {
    return this.#contexts === undefined ? this.#shared : this.#contexts.current()
  }

  /** Remembers a value that was not loaded. */
  remember(cache: CacheMap<C, Promise<V>>, key: C, promise: Promise<V>): void {
    cache.set(key, promise)
    this.#options.date?.(cache, key)
  }

  cacheKey(key: K): C {
    return this.#cacheKeyFn === undefined ? (key as unknown as C) : this.#cacheKeyFn(key)
  }

  clearAll(): void {
    this.#shared.clearAll()
    this.#contexts?.clear()
  }

  dispatch(): void {
    for (const [batch, shared] of this.#undispatched ?? []) this.#dispatch(batch, shared)
  }

  expired(batch: Batch<K, V, C>): void {
    this.#runner.expire(batch)
  }

  ended(batch: Batch<K, V, C>, failure: Failure | undefined): void {
    this.#runner.end(batch, failure)
    const { cache, keys, shared } = batch
    const { date } = this.#options
    if (cache !== undefined && failure !== undefined) this.#forget(batch, keys)
    else if (cache !== undefined && date !== undefined) this.#forKeys(batch, keys, (key) => date(cache, key))
    shared.leave()
  }

  #forget(batch: Batch<K, V, C>, keys: readonly K[]): void {
    this.#forKeys(batch, keys, (key) => batch.cache?.delete(key))
  }

  /** Acts on what is remembered of a batch. Its loads end, whatever the cache throws. */
  #forKeys(batch: Batch<K, V, C>, keys: readonly K[], act: (cacheKey: C) => void): void {
    for (const key of keys) {
      try {
        const cacheKey = this.cacheKey(key)
        if (batch.isRemembered(cacheKey)) act(cacheKey)
      } catch (error) {
        warnOfCache(this.#options.name, error)
      }
    }
  }

  #remember(batch: Batch<K, V, C>, cacheKey: C, promise: Promise<V>): void {
    try {
      batch.remember(cacheKey, promise)
    } catch (error) {
      // the load throws, so nobody waits for its promise
      promise.catch(() => undefined)
      batch.giveUp(batch.keys.length - 1, error)
      throw error
    }
  }

  /** A load of a key that was asked for before. */
  #again(batch: Batch<K, V, C>, known: Promise<V>, signal: AbortSignal | undefined): Promise<V> {
    const answer = batch.join(known)
    if (signal !== undefined) return this.#abortableLoads().again(known, answer, signal)
    this.#abortable?.keep(known)
    return answer
  }

  #abortableFirst(batch: Batch<K, V, C>, key: K, promise: Promise<V>, signal: AbortSignal): Promise<V> {
    const place = batch.keys.length - 1
    return this.#abortableLoads().first(promise, signal, (reason) => {
      if (batch.isEnded) return
      this.#forget(batch, [key])
      batch.giveUp(place, reason)
    })
  }

  #abortableLoads(): AbortableLoads {
    this.#abortable ??= new AbortableLoads()
    return this.#abortable
  }

  #open(shared: SharedLoads<K, V, C>): Batch<K, V, C> {
    const { isCachePerBatch, createCache, schedule, mustKeepContext } = this.#options
    const cache = isCachePerBatch ? createCache?.() : shared.cache
    const batch = new Batch<K, V, C>(this, shared, cache, mustKeepContext)
    shared.underWay++
    schedule(() => this.#dispatch(batch, shared))
    shared.open = batch
    this.#undispatched?.set(batch, shared)
    return batch
  }

  #closeFull(batch: Batch<K, V, C>, shared: SharedLoads<K, V, C>): void {
    shared.open = undefined
    if (this.#options.isSentWhenFull) queueMicrotask(() => this.#dispatch(batch, shared))
  }

  #dispatch(batch: Batch<K, V, C>, shared: SharedLoads<K, V, C>): void {
    if (batch.isDispatched) return
    if (shared.open === batch) shared.open = undefined
    this.#undispatched?.delete(batch)
    this.#runner.run(batch)
  }

  #share(context: unknown): SharedLoads<K, V, C> {
    const { isCachePerBatch, createCache } = this.#options
    return new SharedLoads<K, V, C>(context, isCachePerBatch ? undefined : createCache?.())
  }
}

/** The signal's own reason, whatever that is. */
async function rejected({ reason }: AbortSignal): Promise<never> {
  throw reason
}
