import { expect, onTestFinished, test, vi } from 'vitest'
import { createPool, PoolTimeoutError, QueryTimeoutError } from '../src/index.ts'
import { failureOf, fileDatabase, poolOn } from './fixture.ts'
import { startSwallowingProxy, type SwallowingProxy } from './swallowing-proxy.ts'

const url = await fileDatabase()

/** Shorter than what the pool gives a silent server; a machine that is busy may be slower once. */
const acquireTimeoutMs = 800
const inTime = { retry: 3 }

async function proxied(): Promise<SwallowingProxy> {
  const proxy = await startSwallowingProxy(url)
  onTestFinished(() => proxy.close())
  return proxy
}

test('a statement on a connection that is cut without a word ends by its deadline, and the next one succeeds', async () => {
  const proxy = await proxied()
  const pool = poolOn(proxy.url, { max: 1, queryTimeoutMs: 100 })
  await pool.query('select 1')
  proxy.swallow()
  expect(await failureOf(pool.query('select 1'))).toBeInstanceOf(QueryTimeoutError)
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('a caller does not wait for an idle connection that is cut: another one is opened meanwhile', inTime, async () => {
  const proxy = await proxied()
  const pool = poolOn(proxy.url, { max: 1, acquireTimeoutMs })
  await pool.query('select 1')
  proxy.swallow()
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 2000)
  onTestFinished(() => void vi.restoreAllMocks())
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  expect(pool.stats()).toMatchObject({ total: 1, retired: { silent: 1 } })
})

test('a caller does not wait for a connection that is retired while its peer is gone', inTime, async () => {
  const proxy = await proxied()
  const pool = poolOn(proxy.url, { max: 1, acquireTimeoutMs })
  const client = await pool.connect()
  const waiting = pool.query('select 1 as one')
  proxy.swallow()
  pool.reset()
  client.release()
  expect((await waiting).rows).toEqual([{ one: 1 }])
})

test('a caller does not wait for a connection that cannot be cleaned', inTime, async () => {
  const proxy = await proxied()
  const pool = poolOn(proxy.url, { max: 1, acquireTimeoutMs })
  const client = await pool.connect()
  await client.query('begin')
  const waiting = pool.query('select 1 as one')
  proxy.swallow()
  client.release()
  expect((await waiting).rows).toEqual([{ one: 1 }])
})

test('an attempt to connect that is never answered ends by its timeout, and callers by theirs', async () => {
  const proxy = await proxied()
  proxy.swallowNew()
  const pool = poolOn(proxy.url, { max: 1, connectTimeoutMs: 100, acquireTimeoutMs: 300 })
  const error = await failureOf(pool.query('select 1'))
  expect(error).toBeInstanceOf(PoolTimeoutError)
  expect((error.cause as Error).message).toContain('timeout')
  proxy.heal()
  await vi.waitFor(async () => expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]), {
    timeout: 5000,
  })
})

test('close resolves when every connection is cut, and one of them is never given back', async () => {
  const proxy = await proxied()
  const pool = createPool({ connectionString: proxy.url, max: 3 })
  await pool.warmUp()
  await pool.connect()
  proxy.swallow()
  const startedAt = performance.now()
  await pool.close({ graceMs: 50 })
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect(pool.stats().total).toBe(0)
})

test('a statement that is given up when the server cannot be reached frees its caller, and the connection is not lent again', async () => {
  const proxy = await proxied()
  const pool = poolOn(proxy.url, { max: 1 })
  const { rows } = await pool.query('select pg_backend_pid() as pid')
  const controller = new AbortController()
  const running = failureOf(pool.query('select pg_sleep(0.1)', [], { signal: controller.signal }))
  await vi.waitFor(() => expect(pool.stats().active).toBe(1))
  proxy.swallow()
  proxy.swallowNew()
  controller.abort()
  expect((await running).name).toBe('AbortError')
  proxy.heal()
  const next = await pool.query('select pg_backend_pid() as pid')
  expect(next.rows).not.toEqual(rows)
})
