import type { CacheMap } from './batch-load-fn.ts'
import type { Batch } from './batch.ts'
import { ClearedKeys } from './cleared-keys.ts'

/** What loads of one context share, and loads of different contexts never do. */
export class SharedLoads<K, V, C> {
  readonly context: unknown
  /** What is remembered from batch to batch; `undefined` when nothing is. */
  readonly cache: CacheMap<C, Promise<V>> | undefined
  /** The batch that takes keys. */
  open: Batch<K, V, C> | undefined = undefined
  /** How many batches are open or at work. */
  underWay = 0
  /** What was forgotten while batches were under way: another value may stand there by now than theirs. */
  cleared: ClearedKeys<C> | undefined = undefined

  constructor(context: unknown, cache: CacheMap<C, Promise<V>> | undefined) {
    this.context = context
    this.cache = cache
  }

  /** Where a load would look now. */
  get currentCache(): CacheMap<C, Promise<V>> | undefined {
    return this.cache ?? this.open?.cache
  }

  clear(cacheKey: C): void {
    if (this.underWay > 0) (this.cleared ??= new ClearedKeys()).add(cacheKey)
    this.currentCache?.delete(cacheKey)
  }

  clearAll(): void {
    if (this.underWay > 0) (this.cleared ??= new ClearedKeys()).addAll()
    this.currentCache?.clear()
  }

  /** A batch is over. */
  leave(): void {
    if (--this.underWay === 0) this.cleared = undefined
  }
}
