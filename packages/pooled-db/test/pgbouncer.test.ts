import { execFileSync } from 'node:child_process'
import { findServer, type Service, startPgBouncer } from '@seawall/services'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, createPool, SessionStateError, transaction } from '../src/index.ts'
import { countRunning, failureOf, fileDatabase, poolOn, startLoad } from './fixture.ts'

const direct = await fileDatabase()
let bouncer: Service

/** Whether it keeps track of prepared statements, as it does from 1.21 on. */
const { command, env } = await findServer('pgbouncer')
const version = execFileSync(command, ['--version'], { env: { ...process.env, ...env }, encoding: 'utf8' })
const isTracking = Number(/ 1\.(\d+)/.exec(version)?.[1]) >= 21

beforeAll(async () => {
  // It takes no startup parameter beyond those that it knows itself.
  const settings = { ignore_startup_parameters: '', ...(isTracking && { max_prepared_statements: 100 }) }
  bouncer = await startPgBouncer(direct, { poolSize: 2, settings })
}, 60_000)

afterAll(() => bouncer.stop())

describe('through PgBouncer in transaction mode', () => {
  test('many transactions share few sessions, each on its own', async () => {
    const database = createDatabase<object>({
      connectionString: bouncer.url,
      pgbouncer: true,
      max: 8,
      applicationName: 'shop',
    })
    onTestFinished(() => database.destroy())
    await sql`create table if not exists counter (n int not null)`.execute(database)
    await sql`insert into counter values (0)`.execute(database)
    const seen = await Promise.all(
      Array.from({ length: 40 }, (_, id) =>
        transaction(database, async (trx) => {
          await sql`set local seawall.id = ${sql.lit(id)}`.execute(trx)
          await sql`update counter set n = n + 1`.execute(trx)
          const { rows } = await sql<{ id: string }>`select current_setting('seawall.id') as id`.execute(trx)
          return Number(rows[0]?.id)
        }),
      ),
    )
    expect(seen).toEqual(Array.from({ length: 40 }, (_, id) => id))
    expect((await sql`select n from counter`.execute(database)).rows).toEqual([{ n: 40 }])
    const sessions = `select count(*)::int as n from pg_stat_activity where application_name = 'shop'`
    const { rows } = await poolOn(direct).query<{ n: number }>(sessions)
    expect(rows[0]?.n).toBeLessThanOrEqual(2)
  })

  test.each([
    `set work_mem = '8MB'`,
    `/* a comment */ SET search_path TO shop`,
    'select 1; reset all',
    'listen news',
    'prepare p as select 1',
    'discard all',
    'select pg_advisory_lock(1)',
    `select set_config('work_mem', '8MB', false)`,
    'create temp table scratch (id int)',
    'declare c cursor with hold for select 1',
  ])('%s is refused', async (text) => {
    const pool = poolOn(bouncer.url, { pgbouncer: true })
    const error = await failureOf(pool.query(text))
    expect(error).toBeInstanceOf(SessionStateError)
    expect(error).toMatchObject({ code: 'ERR_SESSION_STATE' })
  })

  test.each([
    `set local work_mem = '8MB'`,
    'set transaction read only',
    'set constraints all deferred',
    'select pg_advisory_xact_lock(1)',
    `select set_config('work_mem', '8MB', true)`,
    'create temp table scratch (id int) on commit drop',
    'declare c cursor for select 1',
    `select 'set me free'`,
  ])('%s is run in a transaction', async (text) => {
    const pool = poolOn(bouncer.url, { pgbouncer: true })
    const client = await pool.connect()
    await client.query('begin')
    expect(await client.query(text)).toHaveProperty('command')
    await client.query('rollback')
    client.release()
  })

  test('nothing is prepared unless that is asked for', async () => {
    const pool = poolOn(bouncer.url, { pgbouncer: true, max: 1 })
    for (let n = 0; n < 5; n++) await pool.query('select $1::int as n', [n])
    expect((await pool.query('select count(*)::int as n from pg_prepared_statements')).rows).toEqual([{ n: 0 }])
  })

  test.runIf(isTracking)(
    'statements are prepared where it keeps track of them, over all sessions, and heal after a change of the table',
    async () => {
      const pool = poolOn(bouncer.url, { pgbouncer: true, preparedStatements: 'auto', max: 6 })
      await pool.query('create table if not exists book (id int)')
      const read = (n: number) => pool.query('select *, pg_sleep(0.001) from book where id = $1', [n])
      await Promise.all(Array.from({ length: 60 }, (_, n) => read(n)))
      const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from pg_prepared_statements')
      expect(rows[0]?.n).toBeGreaterThan(0)
      await pool.query('alter table book add column title text')
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => read(n)))
      expect(answers.map(({ rowCount }) => rowCount)).toEqual(Array.from({ length: 20 }, () => 0))
    },
  )

  test('a statement that takes too long is stopped on the server', async () => {
    const pool = poolOn(bouncer.url, { pgbouncer: true, queryTimeoutMs: 100 })
    const admin = poolOn(direct)
    expect(await failureOf(pool.query('select pg_sleep(72)'))).toMatchObject({ code: 'ERR_QUERY_TIMEOUT' })
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(72)')).toBe(0))
  })

  test('an open transaction is rolled back at its release, so that its session is free', async () => {
    const pool = poolOn(bouncer.url, { pgbouncer: true, max: 6 })
    for (let n = 0; n < 6; n++) {
      const client = await pool.connect()
      await client.query('begin')
      client.release()
    }
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('a restart of it under load costs the statements that ran, and nothing else', async () => {
    const uncaught = vi.fn<(error: unknown) => void>()
    process.on('uncaughtException', uncaught)
    onTestFinished(() => void process.off('uncaughtException', uncaught))
    const pool = poolOn(bouncer.url, { pgbouncer: true, max: 4, acquireTimeoutMs: 15_000 })
    const load = startLoad(pool, 8)
    await vi.waitFor(() => expect(load.done()).toBeGreaterThan(20))
    await bouncer.kill()
    await bouncer.restart()
    const before = load.done()
    await vi.waitFor(() => expect(load.done()).toBeGreaterThan(before + 20), { timeout: 10_000 })
    await load.stop()
    expect(load.errors.length).toBeLessThanOrEqual(8)
    expect(uncaught).not.toHaveBeenCalled()
  }, 30_000)

  test.each(['options=-c%20work_mem%3D8MB', 'statement_timeout=500'])(
    '%s in the URL is refused at creation',
    (query) => {
      const create = () => createPool({ connectionString: `${bouncer.url}?${query}`, pgbouncer: true })
      expect(create).toThrow('refused by PgBouncer')
    },
  )
})
