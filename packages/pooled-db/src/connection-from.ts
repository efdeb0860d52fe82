import {
  type ConnectionParameters,
  type Environment,
  environmentParameters,
  type ParameterName,
  sourceOf,
} from './connection-parameters.ts'
import type { ConnectionSettings, ServerAddress } from './connection-settings.ts'
import { parseConnectionString } from './connection-string.ts'
import { type SessionTarget, sessionTargets } from './session-target.ts'
import { tlsFrom } from './tls.ts'

/** What PostgreSQL's parameters say, as options of a pool. */
export interface ParsedConnection {
  /** Where the servers are and who logs in. */
  readonly connection: ConnectionSettings
  /** What the server calls the connections. */
  readonly applicationName?: string
  /** How long one attempt to connect may take. */
  readonly connectTimeoutMs?: number
}

/**
 * Reads a connection string; what it leaves out comes from the environment, each parameter by itself, as for psql.
 *
 * @throws Error that tells what is wrong, and never shows the string.
 */
export function connectionFrom(url: string | undefined, env: Environment): ParsedConnection {
  return interpret({ ...environmentParameters(env), ...(url !== undefined && parseConnectionString(url)) })
}

function interpret(parameters: ConnectionParameters): ParsedConnection {
  const { user, password, dbname, application_name: applicationName, connect_timeout: seconds } = parameters
  const { sslnegotiation, channel_binding: binding } = parameters
  const connection = {
    servers: addresses(parameters),
    targetSessionAttrs: choice(parameters, 'target_session_attrs', sessionTargets) as SessionTarget | undefined,
    loadBalanceHosts: choice(parameters, 'load_balance_hosts', ['disable', 'random']) === 'random' || undefined,
    database: dbname,
    user,
    // A function, so that printing the options does not print the password.
    password: password === undefined ? undefined : () => password,
    ssl: tlsFrom(parameters),
    sslNegotiation: choice(parameters, 'sslnegotiation', ['postgres', 'direct']) && sslnegotiation,
    channelBinding: choice(parameters, 'channel_binding', ['disable', 'prefer', 'require']) && binding !== 'disable',
    options: sessionOptions(parameters),
  }
  return {
    connection: withoutUndefined(connection) as ConnectionSettings,
    ...(applicationName !== undefined && { applicationName }),
    ...(seconds !== undefined && connectTimeout(seconds)),
  }
}

/** Hosts and ports are lists. One port may stand for all hosts (libpq, "Specifying Multiple Hosts"). */
function addresses({ host = '', port = '' }: ConnectionParameters): ServerAddress[] {
  const hosts = host.split(',')
  const ports = port.split(',')
  if (ports.length > 1 && ports.length !== hosts.length)
    throw new Error(`${sourceOf('port')} must be one port, or one for each host`)
  return hosts.map((name, index) => {
    const digits = ports.length > 1 ? ports[index] : ports[0]
    return { ...(name !== '' && { host: name }), ...(digits && { port: toPort(digits) }) }
  })
}

function toPort(digits: string): number {
  const port = Number(digits)
  if (/^\d+$/.test(digits) && port >= 1 && port <= 65_535) return port
  throw new Error(`${sourceOf('port')} must be an integer from 1 to 65535`)
}

function choice(parameters: ConnectionParameters, name: ParameterName, allowed: readonly string[]): string | undefined {
  const value = parameters[name]
  if (value === undefined || allowed.includes(value)) return value
  throw new Error(`${sourceOf(name)} must be one of ${allowed.join(', ')}: current value is '${value}'`)
}

/** Zero means no limit in libpq; a pool has one, so it stays with its own. */
function connectTimeout(seconds: string): { connectTimeoutMs?: number } {
  if (!/^\d{1,6}$/.test(seconds)) throw new Error(`${sourceOf('connect_timeout')} must be a whole number of seconds`)
  return Number(seconds) === 0 ? {} : { connectTimeoutMs: Number(seconds) * 1000 }
}

function sessionOptions(parameters: ConnectionParameters): string | undefined {
  const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const
  const timeouts = names.flatMap((name) => {
    const value = parameters[name]
    if (value === undefined) return []
    if (!/^\d+$/.test(value)) throw new Error(`${name} must be a whole number of milliseconds`)
    return [`-c ${name}=${value}`]
  })
  const all = [parameters.options ?? '', ...timeouts].filter((option) => option !== '')
  return all.length === 0 ? undefined : all.join(' ')
}

function withoutUndefined(settings: object): object {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
