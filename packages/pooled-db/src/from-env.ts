import { nearest } from '@seawall/options'
import { connectionFrom, type ParsedConnection } from './connection-from.ts'
import type { Environment } from './connection-parameters.ts'
import type { PoolOptions } from './options.ts'

const prefix = 'DATABASE_POOL_'

/** The variables of the pool's own settings, and the options that they stand for. */
const numbers = {
  DATABASE_POOL_MAX: 'max',
  DATABASE_POOL_MIN: 'min',
  DATABASE_POOL_MAX_WAITING: 'maxWaiting',
  DATABASE_POOL_ACQUIRE_TIMEOUT_MS: 'acquireTimeoutMs',
  DATABASE_POOL_CONNECT_TIMEOUT_MS: 'connectTimeoutMs',
  DATABASE_POOL_QUERY_TIMEOUT_MS: 'queryTimeoutMs',
  DATABASE_POOL_IDLE_TIMEOUT_MS: 'idleTimeoutMs',
  DATABASE_POOL_MAX_LIFETIME_MS: 'maxLifetimeMs',
} as const satisfies Readonly<Record<string, keyof PoolOptions>>

type NumberOption = (typeof numbers)[keyof typeof numbers]

/**
 * Reads a pool's options from the environment: `DATABASE_URL`, PostgreSQL's own `PGHOST`, `PGPASSWORD`, `PGSSLROOTCERT` and
 * their like for what the URL leaves out, and `DATABASE_POOL_MAX` and its like for the pool. Printing the result shows no
 * password.
 *
 * @param env - The environment; `process.env` by default.
 * @throws TypeError when no database is named, or a variable `DATABASE_POOL_…` does not exist.
 * @throws RangeError for a value that has no sense, by the variable's name, without the URL or a password.
 * @example
 * ```ts
 * import { createDatabase, fromEnv } from '@seawall/pooled-db'
 *
 * const db = createDatabase({ ...fromEnv({ DATABASE_URL: 'postgres://localhost/shop' }), applicationName: 'shop' })
 * ```
 */
export function fromEnv(env: Environment = process.env): PoolOptions {
  const { DATABASE_URL: url } = env
  if (!url && !env['PGHOST'] && !env['PGDATABASE'])
    throw new TypeError('Cannot read the database from the environment as DATABASE_URL is not set, and PGHOST neither')
  return { ...read(url || undefined, env), ...poolSettings(env) }
}

function read(url: string | undefined, env: Environment): ParsedConnection {
  try {
    return connectionFrom(url, env)
  } catch (error) {
    const where = url ? 'DATABASE_URL is not valid: its value is not shown: ' : ''
    throw new RangeError(`Cannot read the database from the environment as ${where}${(error as Error).message}`)
  }
}

function poolSettings(env: Environment): Partial<Record<NumberOption, number>> {
  const settings: Partial<Record<NumberOption, number>> = {}
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(prefix) || !value) continue
    if (!isKnown(name)) throw unknownVariable(name)
    if (!/^\d{1,10}$/.test(value))
      throw new RangeError(`Cannot read the database from the environment as ${name} must be a whole number`)
    settings[numbers[name]] = Number(value)
  }
  return settings
}

function isKnown(name: string): name is keyof typeof numbers {
  return Object.hasOwn(numbers, name)
}

function unknownVariable(name: string): TypeError {
  const near = nearest(name, Object.keys(numbers))
  const advice = near === undefined ? `known ones are ${Object.keys(numbers).join(', ')}` : `did you mean ${near}?`
  return new TypeError(`Cannot read the database from the environment as ${name} is not a setting: ${advice}`)
}
