import { randomUUID } from 'node:crypto'
import { startRedis, startSentinels } from '@seawall/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCache } from '../src/create-cache.ts'
import { memoryTier } from '../src/memory-tier.ts'
import { redisPubSub, redisTier } from '../src/redis.ts'
import { gate } from './gate.ts'
import { fillOne, leaseOf, openIn, requestOf, entryOf, textIn } from './tier-conformance.ts'
import { tierFailures } from './tier-failures.ts'

const service = await startRedis()
const redis = new Redis(service.url, { retryStrategy: () => 20, maxRetriesPerRequest: 1 })
redis.on('error', () => undefined)
afterAll(async () => {
  redis.disconnect()
  await service.stop()
})

tierFailures('redis', { service, create: (options) => redisTier(redis, options) })

const freshCache = () =>
  createCache({ namespace: `test-${randomUUID()}`, tiers: [redisTier(redis, { timeoutMs: 2_000 })] })

describe('when Redis refuses', () => {
  test('a cache serves from the loader while Redis has no memory left', async () => {
    const cache = freshCache()
    await redis.config('SET', 'maxmemory', 1)
    try {
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await expect(cache.set('k', 1)).rejects.toMatchObject({ code: 'ERR_CACHE_TIER' })
    } finally {
      await redis.config('SET', 'maxmemory', 0)
    }
    expect(await cache.getOrSet('k', () => 'stored')).toBe('stored')
    expect(await cache.get('k')).toBe('stored')
  })

  test('a cache serves from the loader while Redis is a replica that takes no writes', async () => {
    const cache = freshCache()
    await redis.replicaof('127.0.0.1', 1)
    try {
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await expect(cache.delete('k')).rejects.toThrow('READONLY')
    } finally {
      await redis.replicaof('NO', 'ONE')
    }
    expect(await cache.getOrSet('k', () => 'stored')).toBe('stored')
  })

  test('a cache goes on when the server forgets the scripts', async () => {
    const cache = freshCache()
    const { load, entered, open } = gate<string>()
    const value = cache.getOrSet('k', load)
    await entered
    await redis.script('FLUSH')
    open('loaded')
    await value
    expect(await cache.get('k')).toBe('loaded')
  })

  test('a cache serves from the loader when the client has given up for good', async () => {
    const client = new Redis(service.url)
    const cache = createCache({ namespace: 'given-up', tiers: [redisTier(client)] })
    client.disconnect()
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    await expect(cache.delete('k')).rejects.toMatchObject({ code: 'ERR_CACHE_TIER' })
  })
})

test('while Redis evicts at random, nothing that was invalidated comes back', async () => {
  const store = openIn(redisTier(redis))
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  await redis.config('SET', 'maxmemory-policy', 'allkeys-random', 'maxmemory', used + 400_000)
  try {
    let stale = 0
    let hits = 0
    for (let round = 0; round < 300; round++) {
      const tags = [`tag-${round % 7}`]
      const key = `k-${round}`
      await store.write([{ key, entry: entryOf('x'.repeat(4_000), { tags }) }])
      if ((await textIn(store, key)) !== undefined) hits++
      await store.invalidateTags(tags)
      await store.write([{ key: `fill-${round}`, entry: entryOf('x'.repeat(4_000), { tags }) }])
      if ((await textIn(store, key)) !== undefined) stale++
    }
    expect(Number(/evicted_keys:(\d+)/.exec(await redis.info('stats'))?.[1])).toBeGreaterThan(50)
    expect(hits).toBeGreaterThan(0)
    expect(stale).toBe(0)
  } finally {
    await redis.config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', 0)
  }
})

describe('behind Sentinels', () => {
  let sentinels: Awaited<ReturnType<typeof startSentinels>>
  beforeAll(async () => {
    sentinels = await startSentinels()
  }, 30_000)
  afterAll(() => sentinels.stop())

  test('the tier and what listens go on with the new master when the old one is killed', async () => {
    const client = new Redis({
      sentinels: sentinels.sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
      name: sentinels.masterName,
      sentinelRetryStrategy: () => 50,
      retryStrategy: () => 50,
    })
    client.on('error', () => undefined)
    const limits = { timeoutMs: 500, breakerMs: 50 }
    const cache = createCache({ namespace: 'sentinel', tiers: [redisTier(client, limits)] })
    const listening = createCache({
      namespace: 'sentinel',
      tiers: [memoryTier({ maxEntries: 10 }), redisTier(client, limits)],
      coherence: redisPubSub(client, { heartbeatMs: 100, timeoutMs: 200 }),
    })
    await expect.poll(() => listening.stats().isCoherent, { timeout: 10_000 }).toBe(true)
    await cache.set('k', 'before')
    await client.wait(1, 5_000)
    const store = openIn(redisTier(client), 'sentinel')
    const lease = await leaseOf(store, requestOf('leased'))
    await sentinels.master.kill()
    expect(await cache.getOrSet('k2', () => 'loaded')).toBe('loaded')
    await expect.poll(() => cache.set('k3', 'after').then(() => true, String), { timeout: 20_000 }).toBe(true)
    expect([await cache.get('k'), await cache.get('k3')]).toEqual(['before', 'after'])
    const hasInMemory = async () => (await listening.get('k')) === 'before' && listening.peek('k') === 'before'
    await expect.poll(hasInMemory, { timeout: 20_000 }).toBe(true)
    const other = createCache({
      namespace: 'sentinel',
      tiers: [redisTier(client, limits)],
      coherence: redisPubSub(client),
    })
    await other.delete('k')
    await expect.poll(() => listening.peek('k'), { timeout: 5_000 }).toBeUndefined()
    await Promise.all([listening.close(), other.close()])
    await cache.delete('leased')
    expect(await fillOne(store, { lease, entry: entryOf('stale') })).toBe(false)
    client.disconnect()
  }, 40_000)
})
