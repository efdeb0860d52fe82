import { describe, expect, it } from 'vitest'
import { loadSettings } from '../src/load-settings.ts'
import { SettingsError } from '../src/settings-faults.ts'

const secrets = {
  DATABASE_URL: 'postgres://app:hidden-1@db/shop?sslmode=verify-full',
  SESSION_SECRET: 'hidden-2-abcdefghijklmnopqrstuvwxyz',
}

describe('loadSettings', () => {
  it('takes what a variable gives before what the environment gives', () => {
    const settings = loadSettings({
      ...secrets,
      NODE_ENV: 'production',
      PORT: '8080',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
    })
    expect(settings).toMatchObject({
      environment: 'production',
      host: '0.0.0.0',
      port: 8080,
      secureCookies: true,
      serverTiming: false,
      trustedProxies: ['10.0.0.0/8', '::1'],
      redisUrl: undefined,
    })
  })

  it('takes an empty variable as not given', () => {
    const settings = loadSettings({ ...secrets, PORT: '', REDIS_URL: '', HOST: '', TRUSTED_PROXIES: '', STOCK_URL: '' })
    expect(settings).toMatchObject({ port: 3000, redisUrl: undefined, host: '127.0.0.1', trustedProxies: [] })
  })

  it('makes a session secret of its own on a developer’s machine, another one each time', () => {
    const [one, two] = [1, 2].map(() => loadSettings({ DATABASE_URL: secrets.DATABASE_URL }).sessionSecret)
    expect(one?.length).toBeGreaterThanOrEqual(32)
    expect(one).not.toBe(two)
  })

  it.each([undefined, '', 'too short', 'a'.repeat(64)])('refuses production with the session secret %j', (secret) => {
    const variables = { ...secrets, NODE_ENV: 'production', SESSION_SECRET: secret }
    expect(() => loadSettings(variables)).toThrow('SESSION_SECRET must have at least')
  })

  it.each(['', '?sslmode=require', '?sslmode=disable'])('refuses production with a database at %j', (query) => {
    const variables = { ...secrets, NODE_ENV: 'production', DATABASE_URL: `postgres://app:hidden-1@db/shop${query}` }
    expect(() => loadSettings(variables)).toThrow('DATABASE_URL must have ?sslmode=verify-full')
    expect(loadSettings({ ...variables, DATABASE_TLS: 'off' }).databaseTls).toBe('off')
  })

  it('refuses production with cookies that travel in the clear, and takes them elsewhere', () => {
    const variables = { ...secrets, SECURE_COOKIES: 'false' }
    expect(() => loadSettings({ ...variables, NODE_ENV: 'production' })).toThrow('SECURE_COOKIES must not be false')
    expect(loadSettings(variables).secureCookies).toBe(false)
    expect(loadSettings({ ...secrets, SECURE_COOKIES: 'no' }).secureCookies).toBe(true)
  })

  it.each(['prod', 'Production', 'staging'])('refuses the unknown environment %s', (name) => {
    expect(() => loadSettings({ ...secrets, NODE_ENV: name })).toThrow('NODE_ENV must be one of production, local')
  })

  it('names every fault at once, and no value', () => {
    const wrong = {
      NODE_ENV: 'hidden-0',
      PORT: '0x50',
      DATABASE_URL: 'mysql://app:hidden-1@db/shop',
      REDIS_URL: 'http://:hidden-2@redis',
      MEMCACHED_URL: 'memcached://hidden-2@memcached',
      SESSION_SECRET: 'hidden-3',
      REQUESTS_PER_MINUTE: '-1',
      POOL_MAX: '1.5',
      LINGER_MS: '60000',
      LOG_LEVEL: 'hidden-4',
      TRUSTED_PROXIES: '10.0.0.0/33,hidden-5',
      DATABASE_TLS: 'hidden-9',
      STOCK_URL: 'hidden-6',
      PRICES_URL: 'file:///hidden-7',
      RECOMMENDATIONS_URL: 'https://[hidden-8',
    }
    const error = errorOf(() => loadSettings(wrong))
    expect(error).toBeInstanceOf(SettingsError)
    const named = [...error.message.matchAll(/^ {2}- (\w+) must /gm)].map(([, name]) => name)
    expect(new Set(named)).toEqual(new Set(Object.keys(wrong)))
    expect(error.message).not.toContain('hidden')
  })
})

function errorOf(attempt: () => unknown): Error {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('It did not throw')
}
