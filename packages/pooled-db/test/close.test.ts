import { describe, expect, test, vi } from 'vitest'
import { createPool, PoolClosedError } from '../src/index.ts'
import { countRunning, failureOf, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()

describe('close', () => {
  test('resolves at once for a pool that was never used, and for one that is closed', async () => {
    const pool = createPool({ connectionString: url })
    await pool.close()
    await pool.end()
    expect(pool.stats()).toEqual({ total: 0, idle: 0, active: 0, waiting: 0 })
  })

  test('waits for statements that run, rejects callers that wait and refuses new ones', async () => {
    const pool = createPool({ connectionString: url, max: 1 })
    const running = pool.query('select pg_sleep(0.05), 1 as one')
    await vi.waitFor(() => expect(pool.stats().active).toBe(1), { interval: 1 })
    const waiting = failureOf(pool.query('select 1'))
    const closed = pool.close()
    expect(await waiting).toBeInstanceOf(PoolClosedError)
    expect(await failureOf(pool.query('select 1'))).toMatchObject({ code: 'ERR_POOL_CLOSED', status: 503 })
    expect((await running).rows).toMatchObject([{ one: 1 }])
    await closed
    expect(pool.stats().total).toBe(0)
  })

  test('resolves by its timeout when a client is never given back, and stops what it runs', async () => {
    const pool = createPool({ connectionString: url })
    const admin = poolOn(url)
    const leaked = await pool.connect()
    const running = failureOf(leaked.query('select pg_sleep(64)'))
    await pool.close({ timeoutMs: 20 })
    expect(await running).toBeInstanceOf(Error)
    expect(pool.stats().total).toBe(0)
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(64)')).toBe(0))
    await failureOf(leaked.query('select 1'))
    leaked.release()
  })

  test('gives up connections that are being opened', async () => {
    const pool = createPool({ connectionString: url })
    const query = failureOf(pool.query('select 1'))
    await pool.close()
    expect(await query).toBeInstanceOf(PoolClosedError)
    expect(pool.stats()).toEqual({ total: 0, idle: 0, active: 0, waiting: 0 })
  })

  test('refuses an unknown option', async () => {
    const pool = poolOn(url)
    const error = await failureOf(pool.close({ timeoutMS: 5 } as object))
    expect(error.message).toContain("did you mean 'timeoutMs'?")
  })
})
