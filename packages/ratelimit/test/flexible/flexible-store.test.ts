import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase, startMemcached, startRedis } from '@seawall/services'
import { Redis } from 'ioredis'
import Memcached from 'memcached'
import pg from 'pg'
import {
  BurstyRateLimiter,
  RateLimiterMemcache,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterUnion,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible'
import { describe, expect, inject, it } from 'vitest'
import { flexibleStore, type FlexibleLimiter } from '../../src/flexible.ts'
import { createLimiter, memoryStore, rateLimit, type Quota } from '../../src/index.ts'
import { exchange } from '../exchange.ts'

const own = { points: 1, duration: 1 }

function quotaOf(changes: Partial<Quota> = {}): Quota {
  return { algorithm: 'fixed', limit: 3, windowMs: 60_000, burst: 3, blockMs: 0, ...changes }
}

describe('flexibleStore', { concurrent: true }, () => {
  it('keeps the rates of the limits and not the points of the limiter', async () => {
    const store = flexibleStore(new RateLimiterMemory(own), { deadlineMs: 5_000 })
    const limiter = createLimiter(
      [
        { name: 'minute', rate: '3/m' },
        { name: 'hour', rate: '5/h' },
      ],
      { store },
    )
    const answers = []
    for (let index = 0; index < 5; index++) answers.push(await limiter.consume('ann'))
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false])
    expect(await limiter.peek('ann')).toMatchObject({ violated: ['minute'] })
    const { policies } = await limiter.peek('ann')
    expect(policies.map(({ remaining }) => remaining)).toEqual([0, 2])
  })

  it('counts in fixed windows, and says so to a limit that wants more', () => {
    const store = flexibleStore(new RateLimiterMemory(own))
    expect(() => rateLimit({ name: 'a', key: 'ip', rate: '5/m', store, algorithm: 'exact' })).toThrow(
      'kept by fixed on this store',
    )
    expect(() => rateLimit({ name: 'b', key: 'ip', rate: '1/30d', store })).toThrow('of a window that the store keeps')
    expect(() => rateLimit({ name: 'c', key: 'ip', rate: '2000000000/d', store })).toThrow(
      'of a limit that the store keeps',
    )
  })

  it('rounds a window up to whole seconds, never down to one without an end', async () => {
    const redis = new Redis(inject('redisUrl'))
    const keyPrefix = randomUUID()
    const store = flexibleStore(new RateLimiterRedis({ storeClient: redis, keyPrefix, ...own }), { deadlineMs: 5_000 })
    await store.consume('a', quotaOf({ windowMs: 500 }), 1)
    const [key = ''] = await redis.keys(`${keyPrefix}*`)
    expect(await redis.pttl(key)).toBeGreaterThan(500)
    redis.disconnect()
  })

  it('blocks a key that is refused for as long as the quota says, but no longer the more it asks', async () => {
    const store = flexibleStore(new RateLimiterMemory(own), { deadlineMs: 5_000 })
    const strict = quotaOf({ limit: 1, windowMs: 1_000, blockMs: 2_000 })
    await store.consume('a', strict, 1)
    expect(await store.consume('a', strict, 1)).toMatchObject({ allowed: false, retryAfterMs: 2_000 })
    await sleep(1_200)
    const again = await store.consume('a', strict, 1)
    expect(again.allowed).toBe(false)
    expect(again.retryAfterMs).toBeLessThan(1_000)
    await sleep(again.retryAfterMs + 50)
    expect(await store.consume('a', strict, 1)).toMatchObject({ allowed: true })
  })

  it('keeps a block of 30 days, longer than a timer lasts', async () => {
    const store = flexibleStore(new RateLimiterMemory(own), { deadlineMs: 5_000 })
    await store.block('a', quotaOf(), 30 * 86_400_000)
    await sleep(20)
    expect(await store.peek('a', quotaOf())).toMatchObject({ allowed: false })
  })

  it('gives nothing back of a window that is over', async () => {
    const store = flexibleStore(new RateLimiterMemory(own), { deadlineMs: 5_000 })
    const short = quotaOf({ windowMs: 2_000 })
    const { stamp } = await store.consume('a', short, 1)
    expect(await store.adjust('a', short, -1, stamp)).toMatchObject({ remaining: 3 })
    await sleep(2_100)
    await store.consume('a', short, 2)
    expect(await store.adjust('a', short, -1, stamp)).toMatchObject({ remaining: 1 })
  })

  it('admits no more than the limit of many at the same time, whoever is taken back', async () => {
    const store = flexibleStore(new RateLimiterMemory(own), { deadlineMs: 5_000 })
    const claims = [
      { key: 'a', quota: quotaOf({ limit: 40 }), cost: 1 },
      { key: 'b', quota: quotaOf({ limit: 10 }), cost: 2 },
    ]
    const decided = await Promise.all(Array.from({ length: 200 }, async () => store.decide(claims)))
    const admitted = decided.filter((verdicts) => verdicts.every((verdict) => verdict?.allowed)).length
    expect(admitted).toBeLessThanOrEqual(5)
    expect((await store.peek('a', quotaOf({ limit: 40 }))).remaining).toBe(40 - admitted)
  })

  it('works through a wrapper', async () => {
    const limiter = new RLWrapperTimeouts({
      limiter: new RateLimiterMemory(own),
      timeoutMs: 5_000,
    })
    const limits = createLimiter({ name: 'a', rate: '1/m' }, { store: flexibleStore(limiter) })
    expect([await limits.consume('ann'), await limits.consume('ann')]).toMatchObject([
      { allowed: true },
      { allowed: false },
    ])
  })

  it.each([
    ['a union', new RateLimiterUnion(new RateLimiterMemory(own))],
    ['a bursty one', new BurstyRateLimiter(new RateLimiterMemory(own), new RateLimiterMemory(own))],
    ['a store', memoryStore()],
    ['nothing', undefined],
  ])('refuses %s', (_, limiter) => {
    expect(() => flexibleStore(limiter as unknown as FlexibleLimiter)).toThrow(
      "Cannot create a flexible store as 'limiter' must be a limiter of rate-limiter-flexible",
    )
  })

  it.each([
    [{ deadlineMs: 0 }, RangeError],
    [{ failures: '5' }, TypeError],
    [{ probeMs: 0.5 }, RangeError],
    [{ deadline: 5 }, TypeError],
  ])('refuses the options %j', (options, type) => {
    expect(() => flexibleStore(new RateLimiterMemory(own), options as object)).toThrow(type)
  })
})

describe('flexibleStore, when what is behind it fails', { concurrent: true }, () => {
  it('PostgreSQL that hangs: decides at the deadline, then at once', async () => {
    const database = await createDatabase(inject('postgresUrl'))
    const pool = new pg.Pool({ connectionString: database.url, max: 1 })
    pool.on('error', () => {})
    const limiter = await new Promise<RateLimiterPostgres>((resolve, reject) => {
      const made = new RateLimiterPostgres({ storeClient: pool, ...own, tableName: 'limits' }, (error?: Error) =>
        error === undefined ? resolve(made) : reject(error),
      )
    })
    const guard = rateLimit({ key: 'ip', rate: '9/m', store: flexibleStore(limiter, { deadlineMs: 400, failures: 2 }) })
    // The only connection is busy with somebody's lock
    const busy = await pool.connect()
    const ask = async (): Promise<number> => {
      const start = performance.now()
      expect(await guard.onRequest?.(exchange())).toBeUndefined()
      return performance.now() - start
    }
    expect(await ask()).toBeGreaterThan(350)
    expect(await ask()).toBeGreaterThan(350)
    expect(await ask()).toBeLessThan(350)
    busy.release()
    await pool.end()
    await database.drop()
  })

  it('Redis that is killed: decides by onError', async () => {
    const server = await startRedis()
    const redis = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
    redis.on('error', () => {})
    await redis.ping().catch(() => {})
    const limiter = new RateLimiterRedis({ storeClient: redis, ...own })
    const guard = rateLimit({ key: 'ip', rate: '9/m', onError: 'deny', store: flexibleStore(limiter) })
    await server.kill()
    expect(await guard.onRequest?.(exchange())).toMatchObject({ status: 503 })
    redis.disconnect()
  })

  it('Memcached that is stopped by a signal: decides at the deadline', async () => {
    const server = await startMemcached()
    const client = new Memcached(`127.0.0.1:${server.port}`, { timeout: 30_000 })
    const store = flexibleStore(new RateLimiterMemcache({ storeClient: client, ...own }), { deadlineMs: 200 })
    await server.pause()
    await expect((async () => store.consume('a', quotaOf(), 1))()).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      message: 'Cannot decide as the limiter did not answer in 200 ms',
    })
    await server.resume()
    client.end()
    await server.stop()
  })
})

describe('flexibleStore on Memcached', { concurrent: true }, () => {
  it('gives nothing back, and says so', async () => {
    const server = await startMemcached()
    const client = new Memcached(`127.0.0.1:${server.port}`)
    const store = flexibleStore(new RateLimiterMemcache({ storeClient: client, ...own }), { deadlineMs: 5_000 })
    const limiter = createLimiter({ name: 'a', rate: '3/m' }, { store })
    const decision = await limiter.consume('ann', 2)
    expect(await decision.settle(1)).toBe(false)
    expect(await limiter.peek('ann')).toMatchObject({ remaining: 1 })
    client.end()
    await server.stop()
  })
})
