import { sql } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, QueryTimeoutError } from '../src/index.ts'
import { countRunning, failureOf, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()

function databaseOf(max: number) {
  const database = createDatabase<Record<string, never>>({ connectionString: url, max })
  onTestFinished(() => database.destroy())
  return database
}

test('a statement that takes too long is rejected and stopped on the server, and its connection is lent again', async () => {
  const pool = poolOn(url, { max: 1, queryTimeoutMs: 50 })
  const admin = poolOn(url)
  const { processID } = await borrowedOnce(pool)
  const error = await failureOf(pool.query('select pg_sleep(62)'))
  expect(error).toBeInstanceOf(QueryTimeoutError)
  expect(error).toMatchObject({ code: 'ERR_QUERY_TIMEOUT', status: 503, retryAfterMs: 1000, timeoutMs: 50 })
  expect((await borrowedOnce(pool)).processID).toBe(processID)
  expect(await countRunning(admin, 'pg_sleep(62)')).toBe(0)
})

test('a deadline of one statement goes before that of the pool', async () => {
  const pool = poolOn(url, { max: 1 })
  const error = await failureOf(pool.query('select pg_sleep(63)', [], { timeoutMs: 30 }))
  expect(error).toMatchObject({ code: 'ERR_QUERY_TIMEOUT', timeoutMs: 30 })
})

test('a signal frees the caller at once, stops the statement, and the connection is lent again', async () => {
  const pool = poolOn(url, { max: 1 })
  const admin = poolOn(url)
  const { processID } = await borrowedOnce(pool)
  const controller = new AbortController()
  const running = failureOf(pool.query('select pg_sleep(64)', [], { signal: controller.signal }))
  await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(64)')).toBe(1))
  const reason = new Error('the client is gone')
  controller.abort(reason)
  expect(await running).toBe(reason)
  expect((await borrowedOnce(pool)).processID).toBe(processID)
  expect(await countRunning(admin, 'pg_sleep(64)')).toBe(0)
})

test('a signal takes a caller out of the line, and what was aborted before is not begun', async () => {
  const pool = poolOn(url, { max: 1 })
  const borrowed = await pool.connect()
  const controller = new AbortController()
  const waiting = [
    failureOf(pool.query('select 1', [], { signal: controller.signal })),
    failureOf(pool.connect({ signal: controller.signal })),
  ]
  expect(pool.stats().waiting).toBe(2)
  controller.abort()
  for (const error of await Promise.all(waiting)) expect(error.name).toBe('AbortError')
  expect(pool.stats()).toMatchObject({ waiting: 0, aborted: 2 })
  borrowed.release()
  expect((await failureOf(pool.connect({ signal: AbortSignal.abort() }))).name).toBe('AbortError')
  expect((await failureOf(pool.query('select 1', [], { signal: AbortSignal.abort() }))).name).toBe('AbortError')
  expect(pool.stats()).toMatchObject({ total: 1, idle: 1, active: 0 })
})

test("a borrower's statements after one that was given up wait until it is stopped", async () => {
  const pool = poolOn(url, { max: 1 })
  const client = await pool.connect()
  const given = failureOf(client.query('select pg_sleep(65)', [], { timeoutMs: 20 }))
  const next = client.query('select 1 as one')
  expect(await given).toBeInstanceOf(QueryTimeoutError)
  expect((await next).rows).toEqual([{ one: 1 }])
  client.release()
  expect(pool.stats()).toMatchObject({ total: 1, idle: 1 })
})

test('a transaction whose statement was given up is rolled back before the next borrower', async () => {
  const pool = poolOn(url, { max: 1 })
  await pool.query('create table draft (id int)')
  const client = await pool.connect()
  await client.query('begin')
  await client.query('insert into draft values (1)')
  await failureOf(client.query('select pg_sleep(66)', [], { timeoutMs: 20 }))
  client.release()
  expect((await pool.query('select * from draft')).rows).toEqual([])
})

test("Kysely's signal stops a statement on the server", async () => {
  const database = databaseOf(1)
  const admin = poolOn(url)
  const controller = new AbortController()
  const running = failureOf(sql`select pg_sleep(67)`.execute(database, { signal: controller.signal }))
  await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(67)')).toBe(1))
  controller.abort()
  expect((await running).name).toBe('AbortError')
  await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(67)')).toBe(0))
  expect((await sql`select 1 as one`.execute(database)).rows).toEqual([{ one: 1 }])
})

test.each(['ignore query', 'cancel query', 'kill session'] as const)(
  "Kysely's signal stops a statement of a transaction on the server, with the strategy to %s",
  async (inflightQueryAbortStrategy) => {
    const database = databaseOf(1)
    const admin = poolOn(url)
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => printed.mockRestore())
    const controller = new AbortController()
    const options = { signal: controller.signal, inflightQueryAbortStrategy }
    const running = failureOf(database.transaction().execute((trx) => sql`select pg_sleep(68)`.execute(trx, options)))
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(68)')).toBe(1))
    controller.abort()
    expect((await running).name).toBe('AbortError')
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(68)')).toBe(0))
    expect((await sql`select 1 as one`.execute(database)).rows).toEqual([{ one: 1 }])
    expect(printed).not.toHaveBeenCalled()
  },
)

async function borrowedOnce(pool: ReturnType<typeof poolOn>): Promise<{ readonly processID: number }> {
  const client = await pool.connect()
  const { processID } = client
  client.release()
  return { processID }
}
