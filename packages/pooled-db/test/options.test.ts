import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { closeOnSignal, createDatabase, createPool, type DatabaseOptions, type PoolOptions } from '../src/index.ts'

const url = 'postgres://postgres@127.0.0.1:5432/shop'

function errorOf(options: object): Error {
  try {
    createPool(options as PoolOptions)
  } catch (error) {
    return error as Error
  }
  throw new Error('Expected an error')
}

describe('createPool', () => {
  test.each([
    'postgres://user:s3cret@host:99999/shop',
    'postgres://user:s3cret@host:port/shop',
    'postgres://user:s3cret%FF@host/shop',
    'postgres://user:s3cret@host/shop?sslcert=/no/such/file',
    'mysql://user:s3cret@host/shop',
    'user:s3cret@host/shop',
  ])('refuses the bad URL %s by the name of the option and does not show the password', (connectionString) => {
    const error = errorOf({ connectionString })
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toMatch(/^Cannot create a pool as 'connectionString' must be a URL/)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret')
  })

  test('refuses an unknown option and suggests the nearest', () => {
    const error = errorOf({ connectionString: url, maxWating: 5 })
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe("Cannot create a pool as 'maxWating' is not an option: did you mean 'maxWaiting'?")
  })

  test.each([
    [{ max: 0 }, "'max' must be an integer of at least 1: current value is 0"],
    [{ maxWaiting: -1 }, "'maxWaiting' must be an integer of at least 0: current value is -1"],
    [{ acquireTimeoutMs: 0 }, "'acquireTimeoutMs' must be"],
    [{ connectTimeoutMs: 0.5 }, "'connectTimeoutMs' must be"],
    [{ queryTimeoutMs: Infinity }, "'queryTimeoutMs' must be"],
    [{ idleTimeoutMs: 2 ** 31 }, "'idleTimeoutMs' must be"],
    [{ maxLifetimeMs: '1h' }, "'maxLifetimeMs' must be"],
    [{ applicationName: '' }, "'applicationName' must be"],
  ])('refuses %j', (options, message) => {
    expect(errorOf({ connectionString: url, ...options }).message).toContain(`Cannot create a pool as ${message}`)
  })

  test.each([{}, { connectionString: url, connection: { host: 'localhost' } }])(
    'wants exactly one of connectionString and connection: %j',
    (options) => {
      expect(errorOf(options).message).toBe(
        "Cannot create a pool as exactly one of 'connectionString' and 'connection' must be given",
      )
    },
  )

  test('checks the parts of a connection and does not show its password', () => {
    expect(errorOf({ connection: { hots: 'localhost' } }).message).toContain("did you mean 'host'?")
    expect(errorOf({ connection: { port: 0 } }).message).toContain("a pool's connection as 'port' must be")
    expect(errorOf({ connection: { password: ['s3cret'] } }).message).toContain('current value is not shown')
  })

  test('shows no secret when it is inspected', async () => {
    const pool = createPool({ connectionString: 'postgres://user:s3cret@host/shop' })
    const database = createDatabase({ connection: { host: 'host', password: 's3cret' } })
    expect(inspect([pool, database], { depth: 9, showHidden: true })).not.toContain('s3cret')
    await Promise.all([pool.close(), database.destroy()])
  })
})

describe('what a caller says of one statement', () => {
  const pool = createPool({ connectionString: url })

  test.each([
    [Number.NaN, 'RangeError'],
    [Infinity, 'RangeError'],
    [2 ** 31, 'RangeError'],
    ['5s', 'TypeError'],
  ])('is refused when its timeout is %s', async (timeoutMs, name) => {
    const options = { timeoutMs } as { timeoutMs: number }
    for (const attempt of [pool.query('select 1', [], options), pool.connect(options)])
      await expect(attempt).rejects.toMatchObject({
        name,
        message: expect.stringContaining("Cannot wait as 'timeoutMs' must be a number"),
      })
  })
})

test.each([undefined, {}, { destroy() {} }, { connectionString: 'postgres://shop:s3cret@host/shop' }])(
  'closing on a signal is refused for what cannot be closed: %j',
  (closable) => {
    const watch = () => closeOnSignal(closable as unknown as Parameters<typeof closeOnSignal>[0])
    expect(watch).toThrow(
      "Cannot close on a signal as 'database' must be a database of createDatabase, or a pool: current value is not shown",
    )
  },
)

test('a cursor that is no class is refused', () => {
  const options = { connectionString: url, cursor: 'pg-cursor' } as unknown as DatabaseOptions
  expect(() => createDatabase(options)).toThrow("Cannot create a database as 'cursor' must be")
})
