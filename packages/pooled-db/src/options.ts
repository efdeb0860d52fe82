import {
  boolean,
  checkOptions,
  either,
  fn,
  integer,
  milliseconds,
  number,
  oneOf,
  record,
  secret,
  string,
} from '@seawall/options'
import type { Environment } from './connection-parameters.ts'
import { clientConfigs, type ConnectionSettings } from './connection-settings.ts'
import { urlMust } from './connection-string.ts'
import { Servers } from './servers.ts'
import { takesWrites } from './session-target.ts'
import { commenter, type CommentOptions } from './sql-comment.ts'
import { whereabouts } from './whereabouts.ts'

/** How many statements are prepared. */
export interface PreparedStatementsOptions {
  /**
   * How many one connection may hold. The one used longest ago goes first.
   *
   * @default 200
   */
  readonly max?: number
}

/** Options of a pool. Exactly one of `connectionString` and `connection` is required. */
export interface PoolOptions extends CommentOptions {
  /** Where the server is and who logs in: `postgres://user:password@host:5432/database`. Errors never show it. */
  readonly connectionString?: string
  /** The same by parts. */
  readonly connection?: ConnectionSettings
  /**
   * How many connections there may be. Small is fast: the server's cores, times two, over all instances of the service. A
   * connection on its way out counts until it is gone; only one that is silent for 100 ms loses its place to the next, though
   * the server may not have noticed its end yet.
   *
   * @default 10
   */
  readonly max?: number
  /**
   * How many connections are kept open, also while nobody needs them. They are opened when the pool is created, in the
   * background.
   *
   * @default 0
   */
  readonly min?: number
  /**
   * How many callers may wait beyond the `max` that are served; the next one gets a `PoolFullError` at once.
   *
   * @default 1_000
   */
  readonly maxWaiting?: number
  /**
   * How long a caller waits for a connection, in milliseconds, before it gets a `PoolTimeoutError`. An outage of the server
   * that is shorter costs callers time only.
   *
   * @default 5_000
   */
  readonly acquireTimeoutMs?: number
  /**
   * How long one attempt to connect may take, in milliseconds, from the first packet to the end of the login.
   *
   * @default 10_000
   */
  readonly connectTimeoutMs?: number
  /**
   * How long a statement may take, in milliseconds, before it gets a `QueryTimeoutError`. The statement is then cancelled
   * on the server; its connection is lent again when the server has confirmed that, and closed otherwise.
   *
   * @default 30_000
   */
  readonly queryTimeoutMs?: number
  /**
   * How long a connection may lie idle, in milliseconds, before it is closed, unless `min` wants it. Each gets 90 to 100 %
   * of it, by chance.
   *
   * @default 600_000
   */
  readonly idleTimeoutMs?: number
  /**
   * How old a connection may become, in milliseconds, before it is replaced. Each gets 90 to 100 % of it, by chance, so that
   * those opened together are not replaced together.
   *
   * @default 3_600_000
   */
  readonly maxLifetimeMs?: number
  /**
   * Whether statements are prepared on the server, by a name made from their text, when they come the second time. `false`
   * for a pooler in between that does not keep track of them; `{ max }` sets how many one connection may hold.
   *
   * @default 'auto', which is `{ max: 200 }`
   */
  readonly preparedStatements?: 'auto' | false | PreparedStatementsOptions
  /**
   * How long a borrower may keep a connection, in milliseconds, before the channel `seawall:pooled-db:leak` tells of it.
   *
   * @default 60_000
   */
  readonly leakAfterMs?: number
  /**
   * How long a transaction may be open, in milliseconds, before the channel `seawall:pooled-db:long-transaction` tells of
   * it.
   *
   * @default 30_000
   */
  readonly longTransactionMs?: number
  /** What the server calls the connections in `pg_stat_activity`. */
  readonly applicationName?: string
  /**
   * Whether a PgBouncer in transaction mode is in between. Statements that leave something in the session are then refused
   * with a `SessionStateError`, and none is prepared unless `preparedStatements` says so, as it may from PgBouncer 1.21 on
   * with `max_prepared_statements`.
   *
   * @default false
   */
  readonly pgbouncer?: boolean
}

/** Options as the pool needs them. */
export interface PoolSettings extends Required<
  Omit<PoolOptions, 'connectionString' | 'connection' | 'applicationName' | 'preparedStatements' | keyof CommentOptions>
> {
  /** The servers to connect to. */
  readonly servers: Servers
  /** Whether a connection to a server that takes no writes is of no use. */
  readonly isForWrites: boolean
  /** How many prepared statements one connection may hold; 0 for none. */
  readonly maxPreparedStatements: number
  /** The comment of a statement, if any gets one. */
  readonly comment: (() => string) | undefined
}

/**
 * Checks a pool's options and fills in the defaults.
 *
 * @throws TypeError or RangeError for what is not an option or has no sense.
 */
export function poolSettings(options: PoolOptions, env: Environment = process.env): PoolSettings {
  checkOptions('create a pool', options, {
    connectionString: secret(string(urlMust, /^postgres(?:ql)?:\/\//)),
    connection: record('an object with host, port, database, user, password and ssl'),
    max: integer({ min: 1 }),
    min: integer({ min: 0 }),
    maxWaiting: integer({ min: 0 }),
    acquireTimeoutMs: milliseconds({ min: 1 }),
    connectTimeoutMs: milliseconds({ min: 1 }),
    queryTimeoutMs: milliseconds({ min: 1 }),
    idleTimeoutMs: milliseconds({ min: 1 }),
    maxLifetimeMs: milliseconds({ min: 1 }),
    preparedStatements: either(oneOf('auto', false), record("'auto', false or { max }")),
    leakAfterMs: milliseconds({ min: 1 }),
    longTransactionMs: milliseconds({ min: 1 }),
    applicationName: string(),
    pgbouncer: boolean,
    comment: fn(),
    commentSample: number({ min: 0, max: 1 }),
  })
  const from = whereabouts(options, env)
  const { max = 10, min = 0, maxWaiting = 1000, acquireTimeoutMs = 5000 } = options
  const { connectTimeoutMs = from.connectTimeoutMs ?? 10_000, applicationName = from.applicationName } = options
  const { queryTimeoutMs = 30_000, idleTimeoutMs = 600_000, maxLifetimeMs = 3_600_000 } = options
  const { leakAfterMs = 60_000, longTransactionMs = 30_000, pgbouncer = false } = options
  const { preparedStatements = pgbouncer ? false : 'auto' } = options
  if (min > max)
    throw new RangeError(`Cannot create a pool as 'min' must be at most 'max', ${max}: current value is ${min}`)
  const configs = clientConfigs(from.connection).map((config) => ({
    ...config,
    ...(applicationName !== undefined && { application_name: applicationName }),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }))
  const { targetSessionAttrs = 'any', options: session = '' } = from.connection
  const servers = new Servers(configs, targetSessionAttrs)
  const isForWrites = takesWrites(targetSessionAttrs) && !session.includes('transaction_read_only')
  const maxPreparedStatements = mostPrepared(preparedStatements)
  const times = { acquireTimeoutMs, connectTimeoutMs, queryTimeoutMs, idleTimeoutMs, maxLifetimeMs, leakAfterMs }
  const ways = { servers, isForWrites, maxPreparedStatements, pgbouncer, comment: commenter(options) }
  return { ...ways, ...times, longTransactionMs, max, min, maxWaiting }
}

function mostPrepared(option: 'auto' | false | PreparedStatementsOptions): number {
  if (option === false) return 0
  if (option === 'auto') return 200
  checkOptions('prepare statements', option, { max: integer({ min: 1 }) })
  return option.max ?? 200
}
