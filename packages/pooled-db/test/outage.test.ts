import { sql } from 'kysely'
import { startPostgres, type Service } from '@seawall/services'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, createPool, PoolTimeoutError, QueryTimeoutError, type Pool } from '../src/index.ts'
import { failureOf, poolOn, startLoad, terminate } from './fixture.ts'

let server: Service
let uncaught: unknown[]
const note = (error: unknown): void => void uncaught.push(error)

beforeAll(async () => {
  server = await startPostgres()
}, 60_000)

afterAll(() => server.stop())

beforeEach(() => {
  uncaught = []
  process.on('uncaughtExceptionMonitor', note)
  process.on('unhandledRejection', note)
})

afterEach(() => {
  process.off('uncaughtExceptionMonitor', note)
  process.off('unhandledRejection', note)
  expect(uncaught).toEqual([])
})

/** Moves the clock that idle times are measured with. */
function letTimePass(ms: number): void {
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms)
  onTestFinished(() => void vi.restoreAllMocks())
}

async function answers(pool: Pool): Promise<unknown> {
  return (await pool.query('select 1 as one')).rows
}

describe('when the server ends a connection', () => {
  test('an idle one is dropped and replaced', async () => {
    const pool = poolOn(server.url)
    const admin = poolOn(server.url)
    const client = await pool.connect()
    const pid = client.processID
    client.release()
    await terminate(admin, pid)
    await vi.waitFor(() => expect(pool.stats().total).toBe(0))
    expect(await answers(pool)).toEqual([{ one: 1 }])
  })

  test('a busy one rejects its statement and is discarded', async () => {
    const pool = poolOn(server.url, { max: 1 })
    const admin = poolOn(server.url)
    const client = await pool.connect()
    const running = failureOf(client.query('select pg_sleep(65)'))
    await terminate(admin, client.processID)
    expect(await running).toMatchObject({ code: '57P01' })
    client.release()
    expect(await answers(pool)).toEqual([{ one: 1 }])
  })

  test('one that is borrowed and silent rejects the next statement', async () => {
    const pool = poolOn(server.url, { max: 1 })
    const admin = poolOn(server.url)
    const client = await pool.connect()
    await client.query('begin')
    await terminate(admin, client.processID)
    expect(await failureOf(client.query('select 1'))).toBeInstanceOf(Error)
    client.release()
    expect(await answers(pool)).toEqual([{ one: 1 }])
  })

  test("Kysely's transaction rejects, also while its callback waits for something else", async () => {
    const database = createDatabase<Record<string, never>>({ connectionString: server.url, max: 1 })
    onTestFinished(() => database.destroy())
    const admin = poolOn(server.url)
    const failed = failureOf(
      database.transaction().execute(async (trx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
        await terminate(admin, rows[0]?.pid ?? 0)
        await vi.waitFor(async () => {
          const { rows: left } = await admin.query('select 1 from pg_stat_activity where pid = $1', [rows[0]?.pid])
          expect(left).toEqual([])
        })
        await sql`select 1`.execute(trx)
      }),
    )
    expect(await failed).toMatchObject({ code: '57P01' })
    expect((await sql`select 1 as one`.execute(database)).rows).toEqual([{ one: 1 }])
  })

  test('all of them under load, requests succeed again within a second', async () => {
    const pool = poolOn(server.url, { max: 5 })
    const admin = poolOn(server.url)
    const load = startLoad(pool, 20)
    await vi.waitFor(() => expect(load.done()).toBeGreaterThan(20))
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()')
    const doneAtKill = load.done()
    await vi.waitFor(() => expect(load.done()).toBeGreaterThan(doneAtKill + 50), { timeout: 1000 })
    await load.stop()
    expect(load.errors.length).toBeLessThanOrEqual(5)
    expect(pool.stats().waiting).toBe(0)
  })
})

describe('when the server is killed', () => {
  test('and restarted under load, statements that run are rejected and the rest wait for it', async () => {
    const pool = poolOn(server.url, { max: 5, acquireTimeoutMs: 20_000 })
    const load = startLoad(pool, 20)
    await vi.waitFor(() => expect(load.done()).toBeGreaterThan(20))
    await server.kill()
    await vi.waitFor(() => expect(pool.stats().total).toBeLessThanOrEqual(1))
    const doneAtKill = load.done()
    await server.restart()
    await vi.waitFor(() => expect(load.done()).toBeGreaterThan(doneAtKill + 50), { timeout: 5000 })
    await load.stop()
    expect(load.errors.length).toBeLessThanOrEqual(5)
    expect(await answers(pool)).toEqual([{ one: 1 }])
  }, 60_000)

  test('callers get a timeout with its cause by their deadline', async () => {
    const pool = poolOn(server.url, { acquireTimeoutMs: 200 })
    await answers(pool)
    await server.kill()
    const errors = await Promise.all(Array.from({ length: 30 }, () => failureOf(pool.query('select 1'))))
    await server.restart()
    const timeouts = errors.filter((error) => error instanceof PoolTimeoutError)
    expect(timeouts.length).toBeGreaterThanOrEqual(29)
    expect(timeouts[0]).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await vi.waitFor(async () => expect(await answers(pool)).toEqual([{ one: 1 }]), { timeout: 5000 })
  }, 60_000)

  test('close resolves', async () => {
    const pool = createPool({ connectionString: server.url, acquireTimeoutMs: 200 })
    const client = await pool.connect()
    await server.kill()
    const waiting = failureOf(pool.query('select 1'))
    const closed = pool.close({ graceMs: 100 })
    await waiting
    await closed
    client.release()
    await server.restart()
    expect(pool.stats().total).toBe(0)
  }, 60_000)
})

test('when the server has become read-only, connections are replaced until one leads to a server that takes writes', async () => {
  const pool = poolOn(server.url, { max: 1 })
  const admin = poolOn(server.url)
  await pool.query('create table if not exists visit (id int)')
  await admin.query('alter database postgres set default_transaction_read_only = on')
  pool.reset()
  const write = () => pool.query('insert into visit values (1)')
  expect(await failureOf(write())).toMatchObject({ code: '25006' })
  expect(pool.stats()).toMatchObject({ total: 0, retired: { error: 1 } })
  await admin.query('alter database postgres set default_transaction_read_only = off')
  expect((await write()).rowCount).toBe(1)
})

describe('when the server freezes', () => {
  test('the deadlines hold, and after it goes on statements succeed', async () => {
    const pool = poolOn(server.url, { max: 2, queryTimeoutMs: 100, acquireTimeoutMs: 300 })
    await Promise.all([answers(pool), answers(pool)])
    await server.pause()
    const errors = await Promise.all(Array.from({ length: 10 }, () => failureOf(pool.query('select 1'))))
    expect(errors.filter((error) => error instanceof QueryTimeoutError)).toHaveLength(2)
    expect(errors.filter((error) => error instanceof PoolTimeoutError)).toHaveLength(8)
    await server.resume()
    await vi.waitFor(async () => expect(await answers(pool)).toEqual([{ one: 1 }]), { timeout: 5000 })
    await vi.waitFor(() => expect(pool.stats().total).toBeLessThanOrEqual(2), { timeout: 5000 })
  })

  test('a connection that lay idle is pinged, and a caller never gets one that is silent', async () => {
    const pool = poolOn(server.url, { max: 3, acquireTimeoutMs: 15_000 })
    await Promise.all([1, 2, 3].map(() => pool.query('select pg_sleep(0.02)')))
    expect(pool.stats().idle).toBe(3)
    letTimePass(2000)
    await server.pause()
    const caller = answers(pool)
    // One ping times out while the server is frozen, and with it go all that were silent as long.
    await vi.waitFor(() => expect(pool.stats().idle).toBe(0), { timeout: 3000 })
    await vi.waitFor(() => expect(pool.stats().total).toBe(1), { timeout: 5000 })
    await server.resume()
    expect(await caller).toEqual([{ one: 1 }])
  }, 20_000)

  test('close resolves', async () => {
    const pool = createPool({ connectionString: server.url })
    await answers(pool)
    await server.pause()
    await pool.close({ graceMs: 100 })
    await server.resume()
    expect(pool.stats().total).toBe(0)
  }, 20_000)
})

describe('when a connection lay idle', () => {
  test('it is lent again, the same, if it still answers', async () => {
    const pool = poolOn(server.url, { max: 1 })
    const client = await pool.connect()
    const pid = client.processID
    client.release()
    letTimePass(2000)
    const next = await pool.connect()
    expect(next.processID).toBe(pid)
    next.release()
  })
})
