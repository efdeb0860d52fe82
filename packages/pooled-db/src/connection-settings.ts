import { arrayOf, boolean, checkOptions, either, fn, integer, oneOf, record, secret, string } from '@seawall/options'
import type { ConnectionOptions } from 'node:tls'
import type { ClientConfig } from 'pg'
import { type SessionTarget, sessionTargets } from './session-target.ts'

/** Where one server listens. */
export interface ServerAddress {
  /** The server's name or address, or the folder of its Unix socket. */
  readonly host?: string
  /** The server's port. */
  readonly port?: number
}

/** Where the server is and who logs in, by parts. What is left out comes from `PGHOST`, `PGUSER` and their like. */
export interface ConnectionSettings extends ServerAddress {
  /** Several servers instead of `host` and `port`, tried in turn until one is what `targetSessionAttrs` wants. */
  readonly servers?: readonly ServerAddress[]
  /**
   * What a server must be: `read-write` or `primary` to follow a failover, `standby` or `read-only` for reports.
   *
   * @default 'any'
   */
  readonly targetSessionAttrs?: SessionTarget
  /** Begin with any of the servers, by chance, instead of with the first. */
  readonly loadBalanceHosts?: boolean
  /** The database's name. */
  readonly database?: string
  /** The role that logs in. */
  readonly user?: string
  /** Its password, or a function that fetches one for each new connection. */
  readonly password?: string | (() => string | Promise<string>)
  /** TLS: `true`, which verifies the certificate and the name, or the options of `node:tls`. */
  readonly ssl?: boolean | ConnectionOptions
  /** `direct` begins with TLS and saves a round trip (PostgreSQL 17). */
  readonly sslNegotiation?: 'postgres' | 'direct'
  /** Use SCRAM-SHA-256-PLUS when the server offers it. */
  readonly channelBinding?: boolean
  /** Settings for the session, as `postgres` takes them: `-c statement_timeout=5s`. */
  readonly options?: string
}

/** Checks a connection's parts. */
export function checkConnection(connection: ConnectionSettings): void {
  const address = { host: string(), port: integer({ min: 1, max: 65_535 }) }
  checkOptions("create a pool's connection", connection, {
    ...address,
    servers: arrayOf(record(), 'an array of { host, port }'),
    targetSessionAttrs: oneOf(...sessionTargets),
    loadBalanceHosts: boolean,
    database: string(),
    user: string(),
    password: secret(either(string(), fn())),
    ssl: secret(either(boolean, record('the options of node:tls'))),
    sslNegotiation: oneOf('postgres', 'direct'),
    channelBinding: boolean,
    options: string(),
  })
  for (const server of connection.servers ?? []) checkOptions("create a pool's connection to a server", server, address)
  if (connection.servers?.length === 0)
    throw new RangeError("Cannot create a pool's connection as 'servers' must hold at least one server")
  if (connection.servers && (connection.host ?? connection.port) !== undefined)
    throw new TypeError("Cannot create a pool's connection as 'servers' stands instead of 'host' and 'port'")
}

/** What pg's clients are made with, one configuration for each server. */
export function clientConfigs(connection: ConnectionSettings): ClientConfig[] {
  const { servers, host, port, ssl = false, sslNegotiation, channelBinding, loadBalanceHosts } = connection
  const { database, user, password, options } = connection
  const configs = (servers ?? [{ host, port }]).map((server) => ({
    ...given({ host: server.host, port: server.port, database, user, password, options }),
    ...given({ sslnegotiation: sslNegotiation, enableChannelBinding: channelBinding }),
    // A copy for each, as pg hides the private key of the object that it is given.
    ssl: typeof ssl === 'object' ? { ...ssl } : ssl,
  }))
  return loadBalanceHosts ? shuffled(configs) : configs
}

function given(parts: ClientConfig): ClientConfig {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
