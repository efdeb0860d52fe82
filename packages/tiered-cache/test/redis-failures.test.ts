import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { startRedis, type Service } from '@seawall/services'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CacheLoadMessage, CacheReadMessage } from '../src/channels.ts'
import { createCache } from '../src/create-cache.ts'
import { memoryTier } from '../src/memory-tier.ts'
import { redisTier } from '../src/redis-tier.ts'
import { gate } from './gate.ts'

const timeoutMs = 400
let service: Service
let redis: Redis
let reads: CacheReadMessage[]
let loads: CacheLoadMessage[]
const noteRead = (message: unknown) => reads.push(message as CacheReadMessage)
const noteLoad = (message: unknown) => loads.push(message as CacheLoadMessage)

beforeEach(async () => {
  reads = []
  loads = []
  subscribe('seawall:tiered-cache:read', noteRead)
  subscribe('seawall:tiered-cache:load', noteLoad)
  service = await startRedis()
  redis = new Redis(service.url, { retryStrategy: () => 20 })
  redis.on('error', () => undefined)
  await redis.ping()
}, 30_000)

afterEach(async () => {
  unsubscribe('seawall:tiered-cache:read', noteRead)
  unsubscribe('seawall:tiered-cache:load', noteLoad)
  redis.disconnect()
  await service.resume()
  await service.stop()
})

const failed = { name: 'CacheTierError', code: 'ERR_CACHE_TIER', tier: 'redis' }
const create = (breakerMs = 1_000) =>
  createCache({ namespace: 'test', tiers: [redisTier(redis, { timeoutMs, breakerFailures: 2, breakerMs })] })
const createOverMemory = () =>
  createCache({ namespace: 'test', tiers: [memoryTier({ maxEntries: 10 }), redisTier(redis, { timeoutMs })] })
const errorsOf = (messages: readonly { error: unknown }[]) => messages.map(({ error }) => String(error))

describe('when Redis hangs', () => {
  test('serves from the loader within the deadline, then without asking, and from Redis again when it is back', async () => {
    const cache = create()
    await cache.set('k', 'kept')
    await service.pause()
    for (const _ of [1, 2]) expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    expect(errorsOf(reads)).toEqual(Array(2).fill(expect.stringContaining(`No answer within ${timeoutMs} ms`)))
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    expect(errorsOf(reads.slice(2))).toEqual([expect.stringContaining('left alone for a moment')])
    expect(loads.map(({ stored, degraded }) => [stored, degraded])).toEqual(Array(3).fill([false, true]))
    await service.resume()
    await expect.poll(() => cache.getOrSet('k', () => 'loaded'), { timeout: 5_000 }).toBe('kept')
    expect(reads.at(-1)).toMatchObject({ hit: true, degraded: false })
  })

  test('finds nothing with get, and does not reject', async () => {
    const cache = create()
    await service.pause()
    expect(await cache.get('k')).toBeUndefined()
  })

  test('rejects what would change Redis, also while reads leave it alone', async () => {
    const cache = create(60_000)
    await service.pause()
    await Promise.all([cache.get('a'), cache.get('b')])
    await expect(cache.delete('k')).rejects.toMatchObject({ ...failed, operation: 'delete' })
    await expect(cache.set('k', 1)).rejects.toMatchObject({ ...failed, operation: 'set' })
    await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ ...failed, operation: 'invalidate tags' })
  })

  test('forgets in memory what could not be deleted in Redis', async () => {
    const cache = createOverMemory()
    await cache.getOrSet('k', () => 'old', { tags: ['t'] })
    await service.pause()
    expect(cache.peek('k')).toBe('old')
    await expect(cache.delete('k')).rejects.toMatchObject(failed)
    expect(cache.peek('k')).toBeUndefined()
  })

  test('keeps in memory what it loads meanwhile', async () => {
    const cache = createOverMemory()
    await service.pause()
    await cache.getOrSet('k', () => 'loaded')
    expect(cache.peek('k')).toBe('loaded')
  })

  test('hands the loaded value on when Redis hangs between the load and the fill', async () => {
    const cache = create()
    const { load, entered, open } = gate<string>()
    const value = cache.getOrSet('k', load)
    await entered
    await service.pause()
    open('loaded')
    expect(await value).toBe('loaded')
    expect(loads).toMatchObject([{ stored: false, degraded: true }])
  })

  test('gives back a lease that is granted after the deadline', async () => {
    const tier = redisTier(redis, { timeoutMs })
    const terms = { tags: [], ttlMs: 1_000, leaseMs: 60_000 }
    await service.pause()
    await expect(tier.acquire('test:{k}', terms)).rejects.toMatchObject(failed)
    await service.resume()
    await expect.poll(() => redis.info('commandstats')).toContain('cmdstat_set:calls=1')
    await expect.poll(() => redis.exists('test:{k}:lease')).toBe(0)
  })

  test('closes within the deadline', async () => {
    const cache = create()
    await service.pause()
    const value = cache.getOrSet('k', () => 'loaded')
    await cache.close()
    expect(await value).toBe('loaded')
  })
})

describe('when Redis is killed', () => {
  test('serves from the loader, and stores again when Redis is back with nothing, not even scripts', async () => {
    const cache = create()
    await cache.getOrSet('k', () => 'before')
    await service.kill()
    expect(await cache.getOrSet('k', () => 'meanwhile')).toBe('meanwhile')
    await expect(cache.delete('k')).rejects.toMatchObject(failed)
    await service.restart()
    let version = 0
    await expect
      .poll(
        async () => {
          await cache.getOrSet('k', () => ++version)
          return loads.at(-1)?.stored
        },
        { timeout: 10_000 },
      )
      .toBe(true)
    expect(await cache.get('k')).toBe(version)
  }, 30_000)

  test('serves from the loader when the client has given up for good', async () => {
    const cache = create()
    redis.disconnect()
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    await expect(cache.delete('k')).rejects.toMatchObject(failed)
  })
})

describe('when Redis refuses', () => {
  test('serves from the loader while Redis has no memory left', async () => {
    const cache = create()
    await redis.config('SET', 'maxmemory', 1)
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    expect(loads).toMatchObject([{ stored: false, degraded: true }])
  })

  test('goes on when the server forgets the scripts', async () => {
    const cache = create()
    const { load, entered, open } = gate<string>()
    const value = cache.getOrSet('k', load)
    await entered
    await redis.script('FLUSH')
    open('loaded')
    await value
    expect(await cache.get('k')).toBe('loaded')
  })
})
