/**
 * A pool lends connections to one PostgreSQL server, each to one borrower at a time, and takes them back clean. A borrower
 * waits in line, first come, first served, and never for ever: it gets a connection that answers, or a typed error by its
 * deadline. Whatever the server does to a connection, the pool replaces it and the process goes on.
 */

/** What the server answered to one statement. */
export interface QueryResult<Row = Record<string, unknown>> {
  /** The statement's tag, in capitals: `SELECT`, `INSERT`, `COMMIT`. */
  readonly command: string
  /** How many rows the statement returned or changed; `null` for a statement that counts none. */
  readonly rowCount: number | null
  /** The rows, one object each, by column name. */
  readonly rows: Row[]
}

/** A query object that drives the connection itself, as pg-cursor and pg-query-stream do. */
export interface Submittable {
  /** Called by pg with its connection when it is this query's turn. */
  submit: (connection: never) => void
}

/** How many connections and callers a pool has at this moment. */
export interface PoolStats {
  /** Connections that exist, whatever they do: idle, borrowed, being opened, checked or closed. Never more than `max`. */
  readonly total: number
  /** Connections that can be borrowed at once. */
  readonly idle: number
  /** Connections that are borrowed. */
  readonly active: number
  /** Callers that wait for a connection. */
  readonly waiting: number
}

/** A connection in the hands of its borrower, from `connect()` to `release()`. */
export interface PooledClient {
  /** The process id of the connection's server process, as `pg_stat_activity.pid` shows it. */
  readonly processID: number
  /**
   * Runs one statement.
   *
   * @param sql - The statement, with `$1`, `$2`, … for its parameters.
   * @param parameters - The parameters' values.
   * @throws QueryTimeoutError when there is no answer within `queryTimeoutMs`.
   */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<QueryResult<Row>>
  /** Hands a cursor or a query stream to pg and returns it. Its deadlines are the caller's own: `queryTimeoutMs` is not applied. */
  query<Query extends Submittable>(query: Query): Query
  /**
   * Gives the connection back, once. An open transaction is rolled back before anybody else gets the connection.
   *
   * @param destroy - Close the connection instead of lending it again.
   * @throws Error when it was given back already.
   */
  release(destroy?: boolean): void
}

/** How a pool is closed. */
export interface CloseOptions {
  /**
   * How long borrowers may take to give their connections back, in milliseconds. What they still hold then is closed under
   * them, and its statement is cancelled on the server.
   *
   * @default 10_000
   */
  readonly timeoutMs?: number
}

/** Connections to one PostgreSQL server, lent one borrower at a time. */
export interface Pool {
  /** Nothing: Kysely asks a pool for an object of this name. The settings stay private, since they hold the password. */
  readonly options: object
  /**
   * Runs one statement on any connection.
   *
   * @param sql - The statement, with `$1`, `$2`, … for its parameters.
   * @param parameters - The parameters' values.
   * @throws What {@link Pool.connect} and {@link PooledClient.query} throw.
   */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<QueryResult<Row>>
  /**
   * Borrows a connection. Whoever borrows must `release()`, in a `finally`.
   *
   * @throws PoolFullError at once, when as many wait as may.
   * @throws PoolTimeoutError when none came free within `acquireTimeoutMs`.
   * @throws PoolConnectError at once, when the server refuses the login for good and the pool has no connection.
   * @throws PoolClosedError when the pool is closed.
   */
  connect(): Promise<PooledClient>
  /** Closes the pool with the default timeout; what Kysely's `destroy()` calls. */
  end(): Promise<void>
  /** Refuses new borrowers, lets the present ones finish, and closes every connection. Callers that wait are rejected. */
  close(options?: CloseOptions): Promise<void>
  /** What the pool has at this moment. */
  stats(): PoolStats
}
