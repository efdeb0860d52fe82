import { randomBytes } from 'node:crypto'
import { base } from './config/base.ts'
import { local } from './config/local.ts'
import { production } from './config/production.ts'
import { SettingsError, faultsOf, faultsOfEnvironment } from './settings-faults.ts'
import type { Settings } from './settings.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The settings of an environment, overridden by variables, of which an empty one counts as not given. Secrets come from
 * variables only.
 *
 * @param given - `process.env`, or a part of it.
 * @throws SettingsError naming every fault; never a secret's value.
 */
export function loadSettings(given: Variables): Settings {
  const variables = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
  const isProduction = variables['NODE_ENV'] === 'production'
  const settings = {
    ...base,
    ...(isProduction ? production : local),
    environment: isProduction ? ('production' as const) : ('local' as const),
    ...defined({
      host: variables['HOST'],
      port: toNumber(variables['PORT']),
      databaseUrl: variables['DATABASE_URL'],
      databaseTls: variables['DATABASE_TLS'] as Settings['databaseTls'] | undefined,
      pgbouncer: variables['DATABASE_POOLER'] === undefined ? undefined : variables['DATABASE_POOLER'] === 'pgbouncer',
      secureCookies: variables['SECURE_COOKIES'] === undefined ? undefined : variables['SECURE_COOKIES'] !== 'false',
      redisUrl: variables['REDIS_URL'],
      memcachedUrl: variables['MEMCACHED_URL'],
      sessionSecret: variables['SESSION_SECRET'] ?? (isProduction ? undefined : randomBytes(32).toString('base64url')),
      trustedProxies: variables['TRUSTED_PROXIES']?.split(',').map((network) => network.trim()),
      requestsPerMinute: toNumber(variables['REQUESTS_PER_MINUTE']),
      poolMax: toNumber(variables['POOL_MAX']),
      lingerMs: toNumber(variables['LINGER_MS']),
      logLevel: variables['LOG_LEVEL'] as Settings['logLevel'] | undefined,
      upstreams: {
        stock: variables['STOCK_URL'] ?? base.upstreams.stock,
        prices: variables['PRICES_URL'] ?? base.upstreams.prices,
        recommendations: variables['RECOMMENDATIONS_URL'] ?? base.upstreams.recommendations,
      },
    }),
  }
  const faults = [...faultsOfEnvironment(variables['NODE_ENV']), ...faultsOf(settings)]
  if (faults.length > 0) throw new SettingsError(faults)
  return settings
}

function defined(values: Partial<{ [K in keyof Settings]: Settings[K] | undefined }>): Partial<Settings> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Settings>
}

function toNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}
