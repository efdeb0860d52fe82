import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createDatabase, createPool, type Environment, fromEnv } from '../src/index.ts'
import { fileDatabase } from './fixture.ts'

const url = await fileDatabase()

function errorOf(env: Environment): Error {
  try {
    fromEnv(env)
  } catch (error) {
    return error as Error
  }
  throw new Error('Expected an error')
}

describe('fromEnv', () => {
  test('makes a pool of DATABASE_URL and the settings of the pool', async () => {
    const options = fromEnv({
      DATABASE_URL: url,
      DATABASE_POOL_MAX: '3',
      DATABASE_POOL_MAX_WAITING: '7',
      DATABASE_POOL_QUERY_TIMEOUT_MS: '1500',
      PGAPPNAME: 'shop',
      PGCONNECT_TIMEOUT: '4',
      PGUSER: 'nobody',
    })
    expect(options).toMatchObject({ max: 3, maxWaiting: 7, queryTimeoutMs: 1500, connectTimeoutMs: 4000 })
    const pool = createPool(options)
    const { rows } = await pool.query(`select current_user as name, current_setting('application_name') as app`)
    expect(rows).toEqual([{ name: 'postgres', app: 'shop' }])
    await pool.close()
  })

  test('makes a database of the variables that psql knows, and options given beside them win', async () => {
    const { hostname, port, pathname } = new URL(url)
    const env = { PGHOST: hostname, PGPORT: port, PGUSER: 'postgres', PGDATABASE: pathname.slice(1), PGAPPNAME: 'shop' }
    const database = createDatabase<object>({ ...fromEnv(env), applicationName: 'worker' })
    const { rows } = await database.pool.query(`select current_setting('application_name') as app`)
    expect(rows).toEqual([{ app: 'worker' }])
    await database.destroy()
  })

  test('reads several hosts, the kind of server, and settings for the session', () => {
    const connection = {
      servers: [
        { host: 'a', port: 5433 },
        { host: 'b', port: 5434 },
      ],
      targetSessionAttrs: 'read-write',
      loadBalanceHosts: true,
      database: 'shop',
      ssl: {},
      sslNegotiation: 'direct',
      options: '-c work_mem=8MB',
    }
    const env = {
      PGHOST: 'a,b',
      PGPORT: '5433,5434',
      PGDATABASE: 'shop',
      PGTARGETSESSIONATTRS: 'read-write',
      PGLOADBALANCEHOSTS: 'random',
      PGSSLMODE: 'verify-full',
      PGSSLNEGOTIATION: 'direct',
      PGOPTIONS: '-c work_mem=8MB',
    }
    expect(fromEnv(env)).toEqual({ connection })
  })

  test('takes from the URL first, and from the environment what that leaves out', () => {
    const env = { PGHOST: 'b', PGPORT: '6543', PGUSER: 'ann', PGDATABASE: 'other' }
    const { connection } = fromEnv({ DATABASE_URL: 'postgres://a/shop', ...env })
    expect(connection).toEqual({ servers: [{ host: 'a', port: 6543 }], user: 'ann', database: 'shop', ssl: false })
  })

  test('hands settings for the session to the server', async () => {
    const pool = createPool(fromEnv({ DATABASE_URL: `${url}?statement_timeout=1234`, PGOPTIONS: '-c work_mem=8MB' }))
    const { rows } = await pool.query(
      `select current_setting('statement_timeout') as t, current_setting('work_mem') as m`,
    )
    expect(rows).toEqual([{ t: '1234ms', m: '8MB' }])
    await pool.close()
  })

  test('shows no password when its result is printed', () => {
    const options = [
      fromEnv({ DATABASE_URL: 'postgres://u:s3cret@a/shop' }),
      fromEnv({ PGHOST: 'a', PGPASSWORD: 's3cret' }),
    ]
    expect(inspect(options, { depth: 9, showHidden: true }) + JSON.stringify(options)).not.toContain('s3cret')
  })

  test.each([
    [{}, 'DATABASE_URL is not set'],
    [{ DATABASE_URL: '' }, 'DATABASE_URL is not set'],
    [
      { DATABASE_URL: 'mysql://u:s3cret@a/shop' },
      'DATABASE_URL is not valid: its value is not shown: it has another form',
    ],
    [{ DATABASE_URL: 'postgres://u:s3cret@a:port/shop' }, 'PGPORT must be an integer from 1 to 65535'],
    [
      { DATABASE_URL: 'postgres://u:s3cret@a/shop?sslmod=require' },
      "'sslmod' is not a parameter: did you mean 'sslmode'?",
    ],
    [
      { DATABASE_URL: 'postgres://u:s3cret@a/shop', PGSSLMODE: 'prefer' },
      'PGSSLMODE must be one of disable, no-verify, require',
    ],
    [
      { DATABASE_URL: 'postgres://u:s3cret@a/shop', PGSSLROOTCERT: '/no/such/file' },
      'sslrootcert cannot be read (ENOENT)',
    ],
    [
      { DATABASE_URL: 'postgres://u:s3cret@a/shop', PGTARGETSESSIONATTRS: 'writable' },
      'PGTARGETSESSIONATTRS must be one of any',
    ],
    [{ PGHOST: 'a', PGSSLMODE: 'verify-ca' }, 'sslmode verify-ca must come with an authority of your own'],
    [{ PGHOST: 'a,b', PGPORT: '1,2,3' }, 'PGPORT must be one port, or one for each host'],
    [{ PGHOST: 'a', PGCONNECT_TIMEOUT: '5s' }, 'PGCONNECT_TIMEOUT must be a whole number of seconds'],
    [{ PGHOST: 'a', DATABASE_POOL_MAX: 'ten' }, 'DATABASE_POOL_MAX must be a whole number'],
    [{ PGHOST: 'a', DATABASE_POOL_MAXX: '10' }, 'DATABASE_POOL_MAXX is not a setting: did you mean DATABASE_POOL_MAX?'],
  ])('refuses %j by the name of what is wrong, and shows no password', (env, message) => {
    const error = errorOf(env as Environment)
    expect(error.message).toMatch(/^Cannot read the database from the environment as /)
    expect(error.message).toContain(message)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret')
  })
})
