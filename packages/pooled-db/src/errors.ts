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

/**
 * As many callers wait for a connection as may: `maxWaiting`. An `instanceof Error` whose `stack` tells no places: to take
 * them would cost more than all the rest of a refusal, which has to be cheap, as it comes in thousands.
 */
export class PoolFullError implements Error {
  static {
    Object.setPrototypeOf(this.prototype, Error.prototype)
  }

  /** The name of the class. */
  readonly name = 'PoolFullError'
  /** The stable code of this error. */
  readonly code = 'ERR_POOL_FULL'
  /** The HTTP status that fits. */
  readonly status = 503
  /** When another try makes sense, in milliseconds. */
  readonly retryAfterMs = retryAfterMs
  /** How many callers may wait. */
  readonly maxWaiting: number
  /** What is wrong. */
  readonly message: string
  /** The name and the message. */
  readonly stack: string

  /** Made by the pool. */
  constructor(maxWaiting: number) {
    this.maxWaiting = maxWaiting
    this.message = `Cannot wait for a connection as ${maxWaiting} callers wait already`
    this.stack = `PoolFullError: ${this.message}`
  }
}

/** The wait would be longer than the caller may wait, as far as the borrowers of late tell: refused before it begins. */
export class PoolBusyError extends Error {
  /** The name of the class. */
  override readonly name = 'PoolBusyError'
  /** The stable code of this error. */
  readonly code = 'ERR_POOL_BUSY'
  /** The HTTP status that fits. */
  readonly status = 503
  /** When another try makes sense, in milliseconds: when those who wait now are served. */
  readonly retryAfterMs: number
  /** How long the caller would have waited, in milliseconds. */
  readonly expectedWaitMs: number

  /** Made by the pool. */
  constructor(expectedWaitMs: number, timeoutMs: number) {
    super(`Cannot wait for a connection as it would take about ${expectedWaitMs} ms, and ${timeoutMs} ms are left`)
    this.expectedWaitMs = expectedWaitMs
    this.retryAfterMs = Math.max(retryAfterMs, expectedWaitMs)
  }
}

/** The connection was lost, or had to be cut, while the statement ran or before it was sent. Nobody knows what became of it. */
export class ConnectionLostError extends Error {
  /** The name of the class. */
  override readonly name = 'ConnectionLostError'
  /** The stable code of this error. */
  readonly code = 'ERR_CONNECTION_LOST'
  /** The HTTP status that fits. */
  readonly status = 503
  /** When another try makes sense, in milliseconds. */
  readonly retryAfterMs = retryAfterMs

  /** Made by the pool. */
  constructor(how: string) {
    super(`Cannot run a statement as ${how}`)
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

/** A statement had no answer in time. It is cancelled on the server. */
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

/** The statement leaves something in its session, and a pooler in between gives each transaction another one. */
export class SessionStateError extends Error {
  /** The name of the class. */
  override readonly name = 'SessionStateError'
  /** The stable code of this error. */
  readonly code = 'ERR_SESSION_STATE'

  /** Made by the pool. */
  constructor(what: string) {
    super(
      `Cannot run ${what} through PgBouncer as sessions are shared: keep it within a transaction, by SET LOCAL for one`,
    )
  }
}
