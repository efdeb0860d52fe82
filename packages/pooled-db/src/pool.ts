/**
 * A pool lends connections to one PostgreSQL server, each to one borrower at a time, and takes them back clean. A borrower
 * waits in line, first come, first served, and never for ever: it gets a connection that answers, or a typed error by its
 * deadline. Whatever the server does to a connection, the pool replaces it and the process goes on.
 */

import type { PoolStats } from './pool-stats.ts'
import type { QueryResult, TypeParsers } from './query-result.ts'

/** A statement as an object, as pg and Drizzle know it. */
export interface QueryConfig {
  /** The statement, with `$1`, `$2`, … for its parameters. */
  readonly text: string
  /** The parameters' values. A second argument goes before them. */
  readonly values?: readonly unknown[]
  /** Any name has the statement prepared from its first run on; the name that the server gets is made from the text. */
  readonly name?: string
  /** `array` makes each row a list of values, in the order of the columns. */
  readonly rowMode?: 'array'
  /** Parsers for the values of this statement, instead of pg's. */
  readonly types?: TypeParsers
}

/** How one statement is run. */
export interface QueryOptions {
  /** Gives the statement up: the caller is rejected at once with the signal's reason, and the server is told to stop. */
  readonly signal?: AbortSignal
  /**
   * How long the answer may take, in milliseconds, a wait for a connection included.
   *
   * @default `queryTimeoutMs`, from when the statement is sent
   */
  readonly timeoutMs?: number
  /**
   * Whether the statement may be prepared. `true` also where it has no parameters, `false` for a text that will not come
   * again.
   *
   * @default when it has parameters
   */
  readonly prepare?: boolean
}

/** How a connection is borrowed. */
export interface ConnectOptions {
  /** Gives the wait up: the caller is rejected at once with the signal's reason. */
  readonly signal?: AbortSignal
  /**
   * How long to wait, in milliseconds.
   *
   * @default `acquireTimeoutMs`
   */
  readonly timeoutMs?: number
}

/** A query object that drives the connection itself, as pg-cursor and pg-query-stream do. */
export interface Submittable {
  /** Called by pg with its connection when it is this query's turn. */
  submit: (connection: never) => void
}

/** A connection in the hands of its borrower, from `connect()` to `release()`. */
export interface PooledClient {
  /** The process id of the connection's server process, as `pg_stat_activity.pid` shows it. */
  readonly processID: number
  /**
   * Runs one statement. Several at a time run one after another.
   *
   * @param query - The statement.
   * @param values - Its parameters' values.
   * @throws QueryTimeoutError when there is no answer in time, and the signal's reason when it is given up.
   */
  query<Row = Record<string, unknown>>(
    query: string | QueryConfig,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>
  /** Hands a cursor or a query stream to pg and returns it. Its deadlines are the caller's own: `queryTimeoutMs` is not applied. */
  query<Query extends Submittable>(query: Query): Query
  /**
   * Gives the connection back, once. Before anybody else gets it, an open transaction is rolled back, and what was set or
   * locked in the session is reset.
   *
   * @param destroy - Close the connection instead of lending it again.
   * @throws Error when it was given back already.
   */
  release(destroy?: boolean | Error): void
}

/** How a pool is closed. */
export interface CloseOptions {
  /**
   * How long those who wait and those who have borrowed may take, in milliseconds. What is still running then is cancelled
   * on the server, and its connection closed.
   *
   * @default 10_000
   */
  readonly graceMs?: number
}

/** Connections to one PostgreSQL server, lent one borrower at a time. */
export interface Pool {
  /** Nothing: Kysely asks a pool for an object of this name. The settings stay private, since they hold the password. */
  readonly options: object
  /** `stats().total`, under the name that pg gives it. */
  readonly totalCount: number
  /** `stats().idle`, under the name that pg gives it. */
  readonly idleCount: number
  /** `stats().waiting`, under the name that pg gives it. */
  readonly waitingCount: number
  /**
   * Runs one statement on any connection.
   *
   * @param query - The statement.
   * @param values - Its parameters' values.
   * @throws What {@link Pool.connect} and {@link PooledClient.query} throw.
   */
  query<Row = Record<string, unknown>>(
    query: string | QueryConfig,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>
  /**
   * Borrows a connection. Whoever borrows must `release()`, in a `finally`.
   *
   * @throws PoolFullError at once, when as many wait as may.
   * @throws PoolBusyError at once, when the wait would take longer than the caller may wait.
   * @throws PoolTimeoutError when none came free in time.
   * @throws PoolConnectError at once, when the server refuses the login for good and the pool has no connection.
   * @throws PoolClosedError when the pool is closed.
   */
  connect(options?: ConnectOptions): Promise<PooledClient>
  /**
   * Opens connections ahead of use, until there are so many.
   *
   * @param count - How many; `max` by default.
   * @throws What {@link Pool.connect} throws, when they cannot be opened.
   */
  warmUp(count?: number): Promise<void>
  /** Replaces every connection: the idle ones now, the others when they are given back. For a failover that is known. */
  reset(): void
  /** Closes the pool with the default grace; what Kysely's `destroy()` calls. */
  end(): Promise<void>
  /** Refuses new callers, lets the present ones finish, and closes every connection. Resolves by `graceMs` and two seconds. */
  close(options?: CloseOptions): Promise<void>
  /** What the pool has at this moment. */
  stats(): PoolStats
  /** Listens for idle connections that are lost. Nothing depends on it: without a listener the process lives on as well. */
  on(event: 'error', listener: (error: Error) => void): this
}
