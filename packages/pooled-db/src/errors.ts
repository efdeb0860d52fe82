/** Overload passes within seconds: long enough to shed load, short enough not to be noticed twice. */
const retryAfterMs = 1000

/** No connection came free within `acquireTimeoutMs`. The `cause`, if any, is why the pool could not open one. */
export class PoolTimeoutError extends Error {
  /** The name of the class. */
  override readonly name = 'PoolTimeoutError'
  /** The stable code of this error. */
  readonly code = 'ERR_POOL_TIMEOUT'
  /** The HTTP status that fits. */
  readonly status = 503
  /** When another try makes sense, in milliseconds. */
  readonly retryAfterMs = retryAfterMs
  /** How long the caller has waited, in milliseconds. */
  readonly timeoutMs: number

  /** Made by the pool. */
  constructor(timeoutMs: number, cause?: Error) {
    super(`Cannot get a connection as none came free within ${timeoutMs} ms`, cause && { cause })
    this.timeoutMs = timeoutMs
  }
}

/** As many callers wait for a connection as may: `maxWaiting`. */
export class PoolFullError extends Error {
  /** The name of the class. */
  override readonly name = 'PoolFullError'
  /** The stable code of this error. */
  readonly code = 'ERR_POOL_FULL'
  /** The HTTP status that fits. */
  readonly status = 503
  /** When another try makes sense, in milliseconds. */
  readonly retryAfterMs = retryAfterMs
  /** How many callers may wait. */
  readonly maxWaiting: number

  /** Made by the pool. */
  constructor(maxWaiting: number) {
    super(`Cannot wait for a connection as ${maxWaiting} callers wait already`)
    this.maxWaiting = maxWaiting
  }
}

/** The pool is closed, or was while the caller waited. */
export class PoolClosedError extends Error {
  /** The name of the class. */
  override readonly name = 'PoolClosedError'
  /** The stable code of this error. */
  readonly code = 'ERR_POOL_CLOSED'
  /** The HTTP status that fits: another instance of the service may answer. */
  readonly status = 503
  /** When another try makes sense, in milliseconds. */
  readonly retryAfterMs = retryAfterMs

  /** Made by the pool. */
  constructor() {
    super('Cannot get a connection as the pool is closed')
  }
}

/** The server refuses the login for good (wrong password, unknown database): the `cause` is its answer. */
export class PoolConnectError extends Error {
  /** The name of the class. */
  override readonly name = 'PoolConnectError'
  /** The stable code of this error. */
  readonly code = 'ERR_POOL_CONNECT'
  /** The HTTP status that fits. */
  readonly status = 503
  /** When another try makes sense, in milliseconds. */
  readonly retryAfterMs = retryAfterMs

  /** Made by the pool. */
  constructor(cause: Error | undefined) {
    super(`Cannot get a connection as the server refuses it: ${cause?.message}`, cause && { cause })
  }
}

/** A statement had no answer within `queryTimeoutMs`. Its connection is closed and the statement cancelled on the server. */
export class QueryTimeoutError extends Error {
  /** The name of the class. */
  override readonly name = 'QueryTimeoutError'
  /** The stable code of this error. */
  readonly code = 'ERR_QUERY_TIMEOUT'
  /** The HTTP status that fits. */
  readonly status = 503
  /** When another try makes sense, in milliseconds. */
  readonly retryAfterMs = retryAfterMs
  /** How long the statement could take, in milliseconds. */
  readonly timeoutMs: number

  /** Made by the pool. */
  constructor(timeoutMs: number) {
    super(`Cannot wait for the answer to a statement longer than ${timeoutMs} ms`)
    this.timeoutMs = timeoutMs
  }
}
