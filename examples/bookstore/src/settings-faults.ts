import { isIP } from 'node:net'
import type { Settings } from './settings.ts'

/** Every fault of the settings, named at once. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  /** A code that stays. */
  readonly code = 'ERR_SETTINGS'

  constructor(faults: readonly string[]) {
    super(`Cannot start the bookstore:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
  }
}

/** A misspelt 'production' must not pass for a developer's machine. */
export function faultsOfEnvironment(name: string | undefined): string[] {
  const known = ['production', 'local', 'development', 'test']
  return name === undefined || known.includes(name) ? [] : [`NODE_ENV must be one of ${known.join(', ')}`]
}

/** What is wrong with settings; never a secret's value. */
export function faultsOf(settings: Settings): string[] {
  const {
    environment,
    port,
    databaseUrl,
    databaseTls,
    secureCookies,
    sessionSecret,
    requestsPerMinute,
    poolMax,
    lingerMs,
    logLevel,
    redisUrl,
    memcachedUrl,
    trustedProxies,
    upstreams,
  } = settings
  const levels = ['debug', 'info', 'warn', 'error', 'silent']
  const checks: readonly (readonly [boolean, string])[] = [
    [isInteger(port, 0, 65_535), 'PORT must be an integer from 0 to 65535'],
    [isUrl(databaseUrl, 'postgres:', 'postgresql:'), 'DATABASE_URL must be a postgres:// URL'],
    [['required', 'off'].includes(databaseTls), "DATABASE_TLS must be 'required' or 'off'"],
    [
      databaseTls !== 'required' || isVerifiedTls(databaseUrl),
      'DATABASE_URL must have ?sslmode=verify-full, unless DATABASE_TLS is off as no network is between',
    ],
    [secureCookies || environment !== 'production', 'SECURE_COOKIES must not be false in production'],
    [redisUrl === undefined || isUrl(redisUrl, 'redis:', 'rediss:'), 'REDIS_URL must be a redis:// or rediss:// URL'],
    [memcachedUrl === undefined || isMemcachedUrl(memcachedUrl), 'MEMCACHED_URL must be memcached://host:port'],
    [sessionSecret.length >= 32, 'SESSION_SECRET must have at least 32 characters'],
    [new Set(sessionSecret).size >= 10, 'SESSION_SECRET must have at least 10 different characters'],
    [isInteger(requestsPerMinute, 1, 1_000_000), 'REQUESTS_PER_MINUTE must be an integer from 1 to 1000000'],
    [isInteger(poolMax, 1, 1000), 'POOL_MAX must be an integer from 1 to 1000'],
    [isInteger(lingerMs, 0, 8000), 'LINGER_MS must be an integer from 0 to 8000'],
    [levels.includes(logLevel), `LOG_LEVEL must be one of ${levels.join(', ')}`],
    [trustedProxies.every(isNetwork), 'TRUSTED_PROXIES must be addresses or networks such as 10.0.0.0/8, with commas'],
    ...Object.entries(upstreams).map(
      ([name, url]) =>
        [
          url === '' || isUrl(url, 'http:', 'https:'),
          `${name.toUpperCase()}_URL must be an http:// or https:// URL`,
        ] as const,
    ),
  ]
  return checks.filter(([holds]) => !holds).map(([, fault]) => fault)
}

function isInteger(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return more.length === 0 && most > 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most))
}

/** A URL that is none is another fault. */
function isVerifiedTls(url: string): boolean {
  return !URL.canParse(url) || new URL(url).searchParams.get('sslmode') === 'verify-full'
}

function isMemcachedUrl(text: string): boolean {
  return /^memcached:\/\/[\w.-]+(?::\d+)?$/.test(text) && isUrl(text, 'memcached:')
}

function isUrl(text: string, ...protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol)
}
