/** A tier could not do what was asked of it: it did not answer in time, cannot be reached or refused. */
export class CacheTierError extends Error {
  /** The name of the class. */
  override readonly name = 'CacheTierError'
  /** Stable across versions. */
  readonly code = 'ERR_CACHE_TIER'
  /** The tier that failed, `redis`. */
  readonly tier: string
  /** What it was asked to do, `delete`. */
  readonly operation: string

  constructor(tier: string, operation: string, cause: unknown) {
    super(`Cannot ${operation} in cache tier '${tier}': ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
    this.tier = tier
    this.operation = operation
  }
}

/** The cache was closed before a change: nothing was changed. */
export class CacheClosedError extends Error {
  /** The name of the class. */
  override readonly name = 'CacheClosedError'
  /** Stable across versions. */
  readonly code = 'ERR_CACHE_CLOSED'

  constructor(action: string) {
    super(`Cannot ${action} as the cache is closed`)
  }
}

/** A value is too large to be stored: nothing was changed. */
export class CacheValueError extends RangeError {
  /** The name of the class. */
  override readonly name = 'CacheValueError'
  /** Stable across versions. */
  readonly code = 'ERR_CACHE_VALUE'
  /** The key, encoded. */
  readonly key: string

  constructor(key: string, maxBytes: number) {
    super(`Cannot cache '${key}' as its encoded value must be at most ${maxBytes} bytes long: it is longer`)
    this.key = key
  }
}

/** A loader took longer than `hardDeadlineMs`, and there was no stale value to serve instead. */
export class CacheLoadTimeoutError extends Error {
  /** The name of the class. */
  override readonly name = 'CacheLoadTimeoutError'
  /** Stable across versions. */
  readonly code = 'ERR_CACHE_LOAD_TIMEOUT'
  /** The key, encoded. */
  readonly key: string

  constructor(key: string, deadlineMs: number) {
    super(`Cannot load '${key}' as its loader took longer than ${deadlineMs} ms`)
    this.key = key
  }
}

/** What must not be cached is about to be, as it is rendered inside a fragment. */
export class UncacheableError extends Error {
  /** The name of the class. */
  override readonly name = 'UncacheableError'
  /** Stable across versions. */
  readonly code = 'ERR_CACHE_UNCACHEABLE'
  /** The key of the fragment, encoded. */
  readonly key: string

  constructor(key: string) {
    super(`Cannot render what is uncacheable inside fragment '${key}': call it outside, or make the fragment private`)
    this.key = key
  }
}
