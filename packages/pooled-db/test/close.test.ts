import { describe, expect, test, vi } from 'vitest'
import { createPool, PoolClosedError } from '../src/index.ts'
import { countRunning, failureOf, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()

describe('close', () => {
  test('resolves at once for a pool that was never used, and for one that is closed', async () => {
    const pool = createPool({ connectionString: url })
    await pool.close()
    await pool.end()
    expect(pool.stats()).toMatchObject({ total: 0, idle: 0, active: 0, waiting: 0 })
  })

  test('lets those finish who run and who wait, and refuses new callers', async () => {
    const pool = createPool({ connectionString: url, max: 1 })
    const running = pool.query('select pg_sleep(0.05), 1 as one')
    const waiting = pool.query('select 2 as two')
    const closed = pool.close()
    expect(await failureOf(pool.query('select 1'))).toMatchObject({ code: 'ERR_POOL_CLOSED', status: 503 })
    expect(await failureOf(pool.connect())).toBeInstanceOf(PoolClosedError)
    expect((await running).rows).toMatchObject([{ one: 1 }])
    expect((await waiting).rows).toEqual([{ two: 2 }])
    await closed
    expect(pool.stats().total).toBe(0)
  })

  test('rejects who still waits when the grace is over', async () => {
    const pool = createPool({ connectionString: url, max: 1 })
    const leaked = await pool.connect()
    const waiting = failureOf(pool.query('select 1'))
    await pool.close({ graceMs: 20 })
    expect(await waiting).toBeInstanceOf(PoolClosedError)
    leaked.release()
    expect(pool.stats()).toMatchObject({ total: 0, active: 0, waiting: 0 })
  })

  test('resolves by its timeout when a client is never given back, and stops what it runs', async () => {
    const pool = createPool({ connectionString: url })
    const admin = poolOn(url)
    const leaked = await pool.connect()
    const running = failureOf(leaked.query('select pg_sleep(64)'))
    await pool.close({ graceMs: 20 })
    expect(await running).toBeInstanceOf(Error)
    expect(pool.stats().total).toBe(0)
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(64)')).toBe(0))
    await failureOf(leaked.query('select 1'))
    leaked.release()
  })

  test('gives up connections that are being opened', async () => {
    const pool = createPool({ connectionString: url, min: 3 })
    await pool.close()
    expect(pool.stats()).toMatchObject({ total: 0, idle: 0, active: 0, waiting: 0 })
  })

  test('refuses an unknown option', async () => {
    const pool = poolOn(url)
    const error = await failureOf(pool.close({ graceMS: 5 } as object))
    expect(error.message).toContain("did you mean 'graceMs'?")
  })
})
