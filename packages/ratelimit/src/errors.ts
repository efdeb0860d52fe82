/** A store could not answer. Limits catch it and do what their `onError` says; a limiter's `peek` and the like reject with it. */
export class StoreUnavailableError extends Error {
  /** Always `StoreUnavailableError`. */
  override readonly name = 'StoreUnavailableError'
  /** Stable, for programs. */
  readonly code = 'ERR_RATE_LIMIT_STORE_UNAVAILABLE'
}
