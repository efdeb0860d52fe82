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

/** The cache was closed before a `set`, `delete` or `invalidateTags`: nothing was changed. */
export class CacheClosedError extends Error {
  /** The name of the class. */
  override readonly name = 'CacheClosedError'
  /** Stable across versions. */
  readonly code = 'ERR_CACHE_CLOSED'

  constructor(action: string) {
    super(`Cannot ${action} as the cache is closed`)
  }
}
