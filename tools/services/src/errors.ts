/** Thrown where a server is not installed and cannot be fetched either; the message says what to install. */
export class MissingServerError extends Error {
  override readonly name = 'MissingServerError'
  /** Stable across versions. */
  readonly code = 'ERR_MISSING_SERVER'
}
