import type { CacheMap } from './batch-load-fn.ts'
import type { Schedule } from './schedule.ts'

/** How much a batcher remembers, and for how long. */
export interface CacheOptions {
  /**
   * The most keys to remember, for each context if there are several. Beyond it, what was not used lately is forgotten,
   * half of it at a time. At least 2.
   *
   * @default 100_000
   */
  readonly maxEntries?: number | undefined
  /**
   * How long a loaded value is remembered, in milliseconds. Left out: until it is cleared or falls out.
   */
  readonly ttlMs?: number | undefined
  /**
   * The clock for `ttlMs`, in milliseconds.
   *
   * @default performance.now
   */
  readonly now?: (() => number) | undefined
}

/** Anything with the store of the current asynchronous context: an `AsyncLocalStorage` is meant. */
export interface ContextStore {
  /** The store of the current context. */
  getStore(): unknown
}

/** The options of a `Batcher`. Those of DataLoader have DataLoader's names and meaning. */
export interface BatcherOptions<K, V, C = K> {
  /**
   * Whether keys are loaded together; `false` is the same as a `maxBatchSize` of 1.
   *
   * @default true
   */
  readonly batch?: boolean | undefined
  /**
   * The most keys in one batch. At least 1.
   *
   * @default Infinity
   */
  readonly maxBatchSize?: number | undefined
  /** Called with a function that sends the batch, when a batch gets its first load. Not together with `schedule`. */
  readonly batchScheduleFn?: ((dispatch: () => void) => void) | undefined
  /**
   * When a batch is sent. A full one does not wait for a window, nor for `dispatch`.
   *
   * @default 'tick'
   */
  readonly schedule?: Schedule | undefined
  /**
   * What is remembered. `true`: everything, up to the default bounds. `'batch'`: nothing beyond a batch, in which each
   * key is still asked for once. `false`: nothing, and a key that is loaded twice is asked for twice.
   *
   * @default true
   */
  readonly cache?: boolean | 'batch' | CacheOptions | undefined
  /** What a key is remembered under, where keys are objects. */
  readonly cacheKeyFn?: ((key: K) => C) | undefined
  /**
   * A cache of your own instead of the bounded one; `null` for none. Not together with `context`. What its methods throw
   * is thrown by the load that has called them; at the end of a batch it becomes a warning of the process.
   */
  readonly cacheMap?: CacheMap<C, Promise<V>> | null | undefined
  /**
   * What this batcher is called in errors and on the diagnostics channel.
   *
   * @default null
   */
  readonly name?: string | null | undefined
  /**
   * What separates loads: an `AsyncLocalStorage`, or a function, say of the current tenant. Loads for which it gives
   * different values never share a batch or a remembered value. Required where one batcher serves several tenants.
   */
  readonly context?: ContextStore | (() => unknown) | undefined
  /**
   * How long a batch may take, its wait for a place by `maxConcurrency` included, in milliseconds. Looked at eight times
   * in that long, so a batch can take up to an eighth longer. `false`: for ever.
   *
   * @default 30_000
   */
  readonly timeoutMs?: number | false | undefined
  /**
   * The most batches at work at the same time; others wait their turn. A batch that has timed out no longer counts, even
   * when its function goes on. At least 1.
   *
   * @default Infinity
   */
  readonly maxConcurrency?: number | undefined
  /**
   * Whether every load takes note of its caller's stack, for the error of a failed batch. Costs microseconds a load.
   * Without it the error names those callers that await the load.
   *
   * @default false
   */
  readonly stacks?: boolean | undefined
}
