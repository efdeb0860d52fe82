import { connectionFrom, type ParsedConnection } from './connection-from.ts'
import type { Environment } from './connection-parameters.ts'
import { checkConnection, type ConnectionSettings } from './connection-settings.ts'
import { urlMust } from './connection-string.ts'

/** What tells where to connect. */
interface Whereabouts {
  readonly connectionString?: string
  readonly connection?: ConnectionSettings
  readonly pgbouncer?: boolean
}

/**
 * Where to connect. Parts that are not given come from `PGHOST` and its like.
 *
 * @throws TypeError or RangeError for what has no sense.
 */
export function whereabouts(
  { connectionString, connection, pgbouncer = false }: Whereabouts,
  env: Environment,
): ParsedConnection {
  if ((connectionString === undefined) === (connection === undefined))
    throw new TypeError(`Cannot create a pool as exactly one of 'connectionString' and 'connection' must be given`)
  if (connection) checkConnection(connection)
  try {
    const from = connectionFrom(connectionString, env)
    const all = connection ? { ...from, connection: completed(connection, from.connection) } : from
    if (pgbouncer && all.connection.options !== undefined) throw new Error(pgbouncerRefuses)
    return all
  } catch (error) {
    const reason = (error as Error).message
    if (connectionString === undefined) throw new RangeError(`Cannot create a pool as ${reason}`)
    throw new RangeError(
      `Cannot create a pool as 'connectionString' must be ${urlMust}: current value is not shown: ${reason}`,
    )
  }
}

const pgbouncerRefuses =
  "the connection's options, and timeouts in its URL, are refused by PgBouncer: set them for the role"

/** What is given goes before the environment, and a server that is given before all of its servers. */
function completed(given: ConnectionSettings, environment: ConnectionSettings): ConnectionSettings {
  const { servers, ...others } = environment
  if (given.host !== undefined || given.servers) return { ...others, ...given }
  const ported = servers?.map((server) => (given.port === undefined ? server : { ...server, port: given.port }))
  const { port: _, ...rest } = given
  return { ...others, ...rest, ...(ported && { servers: ported }) }
}
