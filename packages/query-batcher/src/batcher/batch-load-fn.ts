/** What the batch function is told beside its keys. */
export interface BatchInfo {
  /**
   * Aborted when nobody waits for the batch any more: it has failed, timed out, or every load of it was aborted. Hand it
   * to whatever does the work.
   */
  readonly signal: AbortSignal
  /** What all loads of the batch have in common by the option `context`; `undefined` without it. */
  readonly context: unknown
}

/** Loads many keys at once. Answers a value or an `Error` for every key, in the order of the keys. */
export type BatchLoadFn<K, V> = (keys: readonly K[], info: BatchInfo) => PromiseLike<ArrayLike<V | Error>>

/** A cache of the caller's own: the part of a `Map` that is needed. */
export interface CacheMap<K, V> {
  /** What is remembered at a key, if anything. */
  get(key: K): V | void
  /** Remembers a value. */
  set(key: K, value: V): unknown
  /** Forgets a key. */
  delete(key: K): unknown
  /** Forgets everything. */
  clear(): unknown
}
