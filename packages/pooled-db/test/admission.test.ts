import { describe, expect, test, vi } from 'vitest'
import { createPool, PoolBusyError, PoolConnectError, PoolFullError } from '../src/index.ts'
import { failureOf, fileDatabase, poolOn, startLoad } from './fixture.ts'

const url = await fileDatabase()

describe('a caller that would wait in vain', () => {
  test('is refused at once when borrowers of late took too long for those before it', async () => {
    const pool = poolOn(url, { max: 1 })
    for (let n = 0; n < 40; n++) await pool.query('select pg_sleep(0.005)')
    const borrowed = await pool.connect()
    const patient = Array.from({ length: 100 }, () => pool.query('select 1'))
    const error = await failureOf(pool.query('select 1', [], { timeoutMs: 100 }))
    expect(error).toBeInstanceOf(PoolBusyError)
    expect(error).toMatchObject({ code: 'ERR_POOL_BUSY', status: 503, retryAfterMs: expect.any(Number) })
    expect((error as PoolBusyError).expectedWaitMs).toBeGreaterThan(100)
    expect(await failureOf(pool.connect({ timeoutMs: 100 }))).toBeInstanceOf(PoolBusyError)
    expect(pool.stats().refused).toBe(2)
    borrowed.release()
    await Promise.all(patient)
  })

  test('is not refused when the line is short enough for its deadline', async () => {
    const pool = poolOn(url, { max: 1 })
    for (let n = 0; n < 40; n++) await pool.query('select pg_sleep(0.001)')
    const borrowed = await pool.connect()
    const answer = pool.query('select 1 as one', [], { timeoutMs: 5000 })
    borrowed.release()
    expect((await answer).rows).toEqual([{ one: 1 }])
  })
})

/** The server drops a session's temporary tables before it lets its connection go. */
const slowToLeave = `do $$ begin for n in 1..30 loop execute format('create temp table t%s (id int)', n); end loop; end $$`

test('the server never has more connections than max, however often they are replaced', { retry: 2 }, async () => {
  const admin = poolOn(url, { max: 1 })
  const role = `few_${Date.now()}`
  await admin.query(`create role ${role} login connection limit 3`)
  const pool = createPool({ connectionString: url.replace(/\/\/[^@]*@/, `//${role}@`), max: 3 })
  const load = startLoad(pool, 12)
  for (let replaced = 0; replaced < 15; replaced++) {
    const done = load.done()
    await vi.waitFor(() => expect(load.done()).toBeGreaterThan(done), { timeout: 5000, interval: 1 })
    if (replaced % 3 > 0) pool.reset()
    else {
      const client = await pool.connect()
      await client.query(slowToLeave)
      client.release(true)
    }
    expect(pool.stats().total).toBeLessThanOrEqual(3)
  }
  await load.stop()
  const { opened, failedToOpen } = pool.stats()
  await pool.close()
  await admin.query(`drop role ${role}`)
  expect(opened).toBeGreaterThan(15)
  expect([failedToOpen, load.errors]).toEqual([0, []])
})

test(
  'ten thousand callers beyond the limit are refused, each with an error of its own',
  { timeout: 30_000 },
  async () => {
    const pool = poolOn(url, { max: 1, maxWaiting: 10 })
    const borrowed = await pool.connect()
    const waiting = Array.from({ length: 10 }, () => pool.query('select 1'))
    const refused = await Promise.all(Array.from({ length: 10_000 }, () => failureOf(pool.query('select 1'))))
    expect(new Set(refused).size).toBe(10_000)
    expect(refused.every((error) => error instanceof PoolFullError)).toBe(true)
    expect(pool.stats()).toMatchObject({ waiting: 10, refused: 10_000 })
    borrowed.release()
    await Promise.all(waiting)
  },
)

test('a hundred thousand callers wait and are served in the order of their coming', { timeout: 60_000 }, async () => {
  const pool = poolOn(url, { max: 2, maxWaiting: 100_000, acquireTimeoutMs: 60_000 })
  const [first, second] = [await pool.connect(), await pool.connect()]
  const order: number[] = []
  const callers = Array.from({ length: 100_000 }, async (_, n) => {
    const client = await pool.connect()
    order.push(n)
    client.release()
  })
  expect(pool.stats().waiting).toBe(100_000)
  first.release()
  await Promise.all(callers)
  second.release()
  expect(order).toEqual(Array.from(order.keys()))
  expect(pool.stats()).toMatchObject({ waiting: 0, waited: 100_002 })
})

test('callers whose deadlines differ are each rejected at their own', async () => {
  const pool = poolOn(url, { max: 1 })
  const borrowed = await pool.connect()
  const order: number[] = []
  const wait = (timeoutMs: number) => failureOf(pool.connect({ timeoutMs })).then(() => order.push(timeoutMs))
  await Promise.all([wait(300), wait(20), wait(150)])
  expect(order).toEqual([20, 150, 300])
  borrowed.release()
})

describe('connections ahead of use', () => {
  test('are opened in the background until there are min, and replaced when they are lost', async () => {
    const pool = poolOn(url, { min: 3 })
    await vi.waitFor(() => expect(pool.stats()).toMatchObject({ total: 3, idle: 3 }))
    await poolOn(url).query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    await vi.waitFor(() => expect(pool.stats().retired.lost).toBe(3))
    await vi.waitFor(() => expect(pool.stats()).toMatchObject({ total: 3, idle: 3 }))
  })

  test('are kept beyond their idle time as far as min wants them', async () => {
    const pool = poolOn(url, { min: 1, max: 3, idleTimeoutMs: 20 })
    await pool.warmUp()
    await vi.waitFor(() => expect(pool.stats()).toMatchObject({ total: 1, idle: 1, retired: { idle: 2 } }))
  })

  test('are opened by warmUp, as many as it is told', async () => {
    const pool = poolOn(url, { max: 5 })
    await pool.warmUp(2)
    expect(pool.stats()).toMatchObject({ total: 2, idle: 2 })
    await pool.warmUp()
    expect(pool.stats()).toMatchObject({ total: 5, idle: 5 })
    expect(await failureOf(pool.warmUp(6))).toBeInstanceOf(RangeError)
  })

  test('that cannot be opened reject warmUp', async () => {
    const pool = poolOn(url.replace(/[^/]*$/, 'nowhere'), { max: 2 })
    expect(await failureOf(pool.warmUp())).toBeInstanceOf(PoolConnectError)
    expect(pool.stats()).toMatchObject({ active: 0, waiting: 0 })
  })
})

test('reset replaces the idle connections now and the borrowed ones when they come back', async () => {
  const pool = poolOn(url, { max: 2 })
  await pool.warmUp()
  const borrowed = await pool.connect()
  pool.reset()
  expect(pool.stats()).toMatchObject({ total: 1, retired: { reset: 1 } })
  expect((await borrowed.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  borrowed.release()
  expect(pool.stats()).toMatchObject({ total: 0, retired: { reset: 2 } })
})

test('options that contradict each other are refused', () => {
  expect(() => createPool({ connectionString: url, min: 3, max: 2 })).toThrow("'min' must be at most 'max', 2")
})
