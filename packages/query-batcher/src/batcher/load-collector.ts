import { AbortableLoads } from './abortable-loads.ts'
import type { BatchLoadFn, CacheMap } from './batch-load-fn.ts'
import { BatchRunner } from './batch-runner.ts'
import { Batch, type BatchOwner, type Failure } from './batch.ts'
import type { CheckedBatcherOptions } from './check-batcher-options.ts'
import { Contexts, type Shared } from './contexts.ts'
import { stackAboveLoad } from './error-for-load.ts'

/** Puts loads into the open batch of their context, or finds them in its cache. */
export class LoadCollector<K, V, C> implements BatchOwner<K, V, C> {
  readonly #options: CheckedBatcherOptions<K, V, C>
  readonly #maxBatchSize: number
  readonly #cacheKeyFn: ((key: K) => C) | undefined
  readonly #runner: BatchRunner<K, V, C>
  /** What all loads share, where there is no `context`. */
  readonly #shared: Shared<K, V, C>
  readonly #contexts: Contexts<K, V, C> | undefined
  /** What `dispatch` would send; `undefined` where batches are sent by tick. */
  readonly #undispatched: Map<Batch<K, V, C>, Shared<K, V, C>> | undefined
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
    const shared = this.#contexts === undefined ? this.#shared : this.#contexts.current()
    const batch = shared.open ?? this.#open(shared)
    const { cache } = batch
    const cacheKey = this.cacheKey(key)
    const known = cache?.get(cacheKey)
    if (known) return this.#again(batch, known, signal)
    const promise = batch.add(key)
    cache?.set(cacheKey, promise)
    if (this.#options.stacks) batch.noteStack(stackAboveLoad())
    if (batch.keys.length >= this.#maxBatchSize) this.#closeFull(batch, shared)
    return signal === undefined ? promise : this.#abortableFirst(batch, key, promise, signal)
  }

  /** Where loads would look now. */
  cache(): CacheMap<C, Promise<V>> | undefined {
    const { open, cache } = this.#contexts === undefined ? this.#shared : this.#contexts.current()
    return cache ?? open?.cache
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
    this.#shared.cache?.clear()
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
    const { keys, cache } = batch
    const { date } = this.#options
    if (cache === undefined || (failure === undefined && date === undefined)) return
    for (const key of keys) {
      if (failure === undefined) date?.(cache, this.cacheKey(key))
      else cache.delete(this.cacheKey(key))
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
    const index = batch.keys.length - 1
    return this.#abortableLoads().first(promise, signal, (reason) => {
      if (!batch.isEnded) batch.cache?.delete(this.cacheKey(key))
      batch.giveUp(index, reason)
    })
  }

  #abortableLoads(): AbortableLoads {
    this.#abortable ??= new AbortableLoads()
    return this.#abortable
  }

  #open(shared: Shared<K, V, C>): Batch<K, V, C> {
    const { isCachePerBatch, createCache, schedule, mustKeepContext } = this.#options
    const cache = isCachePerBatch ? createCache?.() : shared.cache
    const batch = new Batch<K, V, C>(this, shared.context, cache, mustKeepContext)
    let isOpen = false
    schedule(() => {
      if (isOpen) this.#dispatch(batch, shared)
      // a schedule that calls back at once must not make the batch miss its first key
      else queueMicrotask(() => this.#dispatch(batch, shared))
    })
    isOpen = true
    shared.open = batch
    this.#undispatched?.set(batch, shared)
    return batch
  }

  #closeFull(batch: Batch<K, V, C>, shared: Shared<K, V, C>): void {
    shared.open = undefined
    if (this.#options.isSentWhenFull) queueMicrotask(() => this.#dispatch(batch, shared))
  }

  #dispatch(batch: Batch<K, V, C>, shared: Shared<K, V, C>): void {
    if (batch.isDispatched) return
    if (shared.open === batch) shared.open = undefined
    this.#undispatched?.delete(batch)
    this.#runner.run(batch)
  }

  #share(context: unknown): Shared<K, V, C> {
    const { isCachePerBatch, createCache } = this.#options
    return { context, cache: isCachePerBatch ? undefined : createCache?.(), open: undefined }
  }
}

/** The signal's own reason, whatever that is. */
async function rejected({ reason }: AbortSignal): Promise<never> {
  throw reason
}
