/** Redis did not decide about a request. Limits catch it and do what their `onError` says. */
export class StoreUnavailableError extends Error {
  /** Always `StoreUnavailableError`. */
  override readonly name = 'StoreUnavailableError'
  /** Stable, for programs. */
  readonly code = 'ERR_RATE_LIMIT_STORE_UNAVAILABLE'
}
