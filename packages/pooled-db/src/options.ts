import { boolean, checkOptions, either, fn, integer, milliseconds, record, secret, string } from '@seawall/options'
import { Client, type ClientConfig } from 'pg'
import type { ConnectionOptions } from 'node:tls'

/** Where the server is and who logs in, by parts. What is left out comes from `PGHOST`, `PGUSER` and their like. */
export interface ConnectionSettings {
  /** The server's name or address, or the folder of its Unix socket. */
  readonly host?: string
  /** The server's port. */
  readonly port?: number
  /** The database's name. */
  readonly database?: string
  /** The role that logs in. */
  readonly user?: string
  /** Its password, or a function that fetches one for each new connection. */
  readonly password?: string | (() => string | Promise<string>)
  /** TLS: `true`, or the options of `node:tls`. */
  readonly ssl?: boolean | ConnectionOptions
}

/** Options of a pool. Exactly one of `connectionString` and `connection` is required. */
export interface PoolOptions {
  /** Where the server is and who logs in: `postgres://user:password@host:5432/database`. Errors never show it. */
  readonly connectionString?: string
  /** The same by parts. */
  readonly connection?: ConnectionSettings
  /**
   * How many connections there may be. Small is fast: the server's cores, times two, over all instances of the service.
   *
   * @default 10
   */
  readonly max?: number
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
   * on the server, and its connection closed.
   *
   * @default 30_000
   */
  readonly queryTimeoutMs?: number
  /**
   * How long a connection may lie idle, in milliseconds, before it is closed.
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
  /** What the server calls the connections in `pg_stat_activity`. */
  readonly applicationName?: string
}

/** Options as the pool needs them. */
export interface PoolSettings extends Required<
  Omit<PoolOptions, 'connectionString' | 'connection' | 'applicationName'>
> {
  /** What every `pg.Client` of the pool is made with. */
  readonly client: ClientConfig
}

/**
 * Checks a pool's options and fills in the defaults.
 *
 * @throws TypeError or RangeError for what is not an option or has no sense.
 */
export function poolSettings(options: PoolOptions): PoolSettings {
  checkOptions('create a pool', options, {
    connectionString: secret(string(urlMust, /^postgres(?:ql)?:\/\//)),
    connection: record('an object with host, port, database, user, password and ssl'),
    max: integer({ min: 1 }),
    maxWaiting: integer({ min: 0 }),
    acquireTimeoutMs: milliseconds({ min: 1 }),
    connectTimeoutMs: milliseconds({ min: 1 }),
    queryTimeoutMs: milliseconds({ min: 1 }),
    idleTimeoutMs: milliseconds({ min: 1 }),
    maxLifetimeMs: milliseconds({ min: 1 }),
    applicationName: string(),
  })
  const { max = 10, maxWaiting = 1000, acquireTimeoutMs = 5000, connectTimeoutMs = 10_000 } = options
  const { queryTimeoutMs = 30_000, idleTimeoutMs = 600_000, maxLifetimeMs = 3_600_000, applicationName } = options
  const client: ClientConfig = {
    ...whereabouts(options),
    ...(applicationName !== undefined && { application_name: applicationName }),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }
  checkUrl(client)
  return { client, max, maxWaiting, acquireTimeoutMs, connectTimeoutMs, queryTimeoutMs, idleTimeoutMs, maxLifetimeMs }
}

const urlMust = 'a URL such as postgres://user:password@host:5432/database'

function whereabouts({ connectionString, connection }: PoolOptions): ClientConfig {
  if ((connectionString === undefined) === (connection === undefined))
    throw new TypeError(`Cannot create a pool as exactly one of 'connectionString' and 'connection' must be given`)
  if (connection === undefined) return { connectionString }
  checkOptions("create a pool's connection", connection, {
    host: string(),
    port: integer({ min: 1, max: 65_535 }),
    database: string(),
    user: string(),
    password: secret(either(string(), fn())),
    ssl: secret(either(boolean, record('the options of node:tls'))),
  })
  const { ssl } = connection
  // A copy, as pg hides the private key of the object that it is given.
  return { ...connection, ...(typeof ssl === 'object' && { ssl: { ...ssl } }) }
}

/** Lets pg read the URL, as it will for every connection. Its own errors may hold the URL, so none is passed on. */
function checkUrl(client: ClientConfig): void {
  try {
    void new Client(client)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new RangeError(
      `Cannot create a pool as 'connectionString' must be ${urlMust}: current value is not shown${code}`,
    )
  }
}
