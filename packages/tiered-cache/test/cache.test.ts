import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, test } from 'vitest'
import type { Cache } from '../src/cache.ts'
import { createCache } from '../src/create-cache.ts'
import { memoryTier } from '../src/memory-tier.ts'
import type { CacheOptions, Tiers } from '../src/options.ts'
import type { RedisClient } from '../src/redis/redis-client.ts'
import { redisTier } from '../src/redis/redis-tier.ts'
import type { SharedTier } from '../src/tier.ts'
import { json } from '../src/values/json.ts'
import { cacheConformance } from './cache-conformance.ts'
import { gate } from './gate.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.quit())

const memory = () => memoryTier({ maxEntries: 1_000 })
const shared = () => redisTier(redis, { timeoutMs: 5_000 })
/** The same server, with keys of its own. */
const lower = (): SharedTier => {
  const tier = redisTier(redis, { timeoutMs: 5_000 })
  return {
    ...tier,
    name: 'lower',
    open: (context) => tier.open({ ...context, namespace: `${context.namespace}.lower` }),
  }
}
const over =
  (tiers: () => Tiers) =>
  (options: Partial<CacheOptions> = {}) =>
    createCache({ namespace: `test-${randomUUID()}`, tiers: tiers(), ...options })

cacheConformance(
  'memory',
  over(() => [memory()]),
)
cacheConformance(
  'Redis',
  over(() => [shared()]),
)
cacheConformance(
  'memory over Redis',
  over(() => [memory(), shared()]),
)
cacheConformance(
  'Redis over Redis',
  over(() => [shared(), lower()]),
)
cacheConformance(
  'memory over Redis over Redis',
  over(() => [memory(), shared(), lower()]),
)

describe('a cache in memory', () => {
  const create = over(() => [memory()])

  test('peeks without a promise', async () => {
    const cache = create()
    await cache.set('k', 'value')
    expect(cache.peek('k')).toBe('value')
    expect(cache.peek('other')).toBeUndefined()
  })

  test('returns the very object that was loaded', async () => {
    const cache = create()
    const book = { title: 'Dune' }
    expect(await cache.getOrSet('k', () => book)).toBe(book)
    expect(await cache.getOrSet('k', () => ({ title: 'other' }))).toBe(book)
  })

  test('serves no longer than the ttl of the memory tier', async () => {
    let now = 0
    const cache = createCache({ namespace: 'n', tiers: [memoryTier({ maxEntries: 1, ttlMs: 10, now: () => now })] })
    await cache.getOrSet('k', () => 1, { ttlMs: 1_000 })
    now = 10
    expect(cache.peek('k')).toBeUndefined()
  })

  test('calls the loader only after getOrSet has returned', async () => {
    const order: string[] = []
    const promise = create().getOrSet('k', () => order.push('load'))
    order.push('returned')
    await promise
    expect(order).toEqual(['returned', 'load'])
  })

  test('lets a loader delete its own key', async () => {
    const cache = create()
    const load = async () => {
      await cache.delete('k')
      return 'old'
    }
    expect(await cache.getOrSet('k', load)).toBe('old')
    expect(cache.peek('k')).toBeUndefined()
  })
})

describe('two caches over one Redis', () => {
  const two = (options: Partial<CacheOptions> = {}) => {
    const namespace = `test-${randomUUID()}`
    const create = () => createCache({ namespace, tiers: [memory(), shared()], ...options })
    return [create(), create()] as const
  }

  test('share what one of them has loaded', async () => {
    const [one, other] = two()
    await one.getOrSet('k', () => ({ by: 'one' }))
    expect(await other.getOrSet('k', () => ({ by: 'other' }))).toEqual({ by: 'one' })
    expect(other.peek('k')).toEqual({ by: 'one' })
  })

  test('load a cold key once', async () => {
    const [one, other] = two()
    const { load, entered, open, calls } = gate<number>()
    const first = one.getOrSet('k', load)
    await entered
    const second = other.getOrSet('k', load)
    open(1)
    expect([await first, await second, calls()]).toEqual([1, 1, 1])
  })

  test('pass the load on when the one that has the lease fails', async () => {
    const [one, other] = two()
    const failing = gate<number>()
    const first = one.getOrSet('k', failing.load)
    await failing.entered
    const second = other.getOrSet('k', () => 2)
    failing.fail(new Error('source is down'))
    await expect(first).rejects.toThrow('source is down')
    expect(await second).toBe(2)
    expect(await one.get('k')).toBe(2)
  })

  test('load without storing when the other takes longer than waitMs', async () => {
    const [one, other] = two({ waitMs: 20 })
    const slow = gate<string>()
    const first = one.getOrSet('k', slow.load)
    await slow.entered
    expect(await other.getOrSet('k', () => 'alone')).toBe('alone')
    expect([other.peek('k'), await other.get('k')]).toEqual([undefined, undefined])
    slow.open('slow')
    await first
    expect(await other.get('k')).toBe('slow')
  })

  test('store nothing that one has loaded before the other has deleted the key', async () => {
    const [one, other] = two()
    const old = gate<string>()
    const first = one.getOrSet('k', old.load)
    await old.entered
    await other.delete('k')
    old.open('old')
    expect(await first).toBe('old')
    expect([one.peek('k'), await one.get('k'), await other.get('k')]).toEqual([undefined, undefined, undefined])
  })

  test('store nothing readable that one has loaded before the other has invalidated its tag', async () => {
    const [one, other] = two()
    const old = gate<string>()
    const first = one.getOrSet('k', old.load, { tags: ['t'] })
    await old.entered
    await other.invalidateTags(['t'])
    old.open('old')
    expect(await first).toBe('old')
    expect(await other.get('k')).toBeUndefined()
  })

  const memoryLifetime = async (cache: Cache, key: string) => (await cache.explain(key)).tiers[0]

  test('keep the time left when memory takes up what Redis has', async () => {
    const namespace = `test-${randomUUID()}`
    await createCache({ namespace, tiers: [shared()] }).set('k', 1, { ttlMs: 5_000 })
    const cache = createCache({ namespace, tiers: [memoryTier({ maxEntries: 1, ttlMs: 60_000 }), shared()] })
    await cache.get('k')
    const lifetime = await memoryLifetime(cache, 'k')
    expect([lifetime?.state, lifetime?.softMs]).toEqual(['fresh', expect.closeTo(5_000, -4)])
    expect(lifetime?.softMs).toBeLessThanOrEqual(5_000)
  })

  test('serve from memory for a second at most, unless told otherwise', async () => {
    const cache = createCache({ namespace: `test-${randomUUID()}`, tiers: [memory(), shared()] })
    await cache.getOrSet('k', () => 1, { ttlMs: 60_000 })
    expect((await memoryLifetime(cache, 'k'))?.hardMs).toBeLessThanOrEqual(1_000)
  })

  test('see a delete by the other when the ttl of the memory tier is over', async () => {
    const namespace = `test-${randomUUID()}`
    const one = createCache({ namespace, tiers: [memoryTier({ maxEntries: 1, ttlMs: 30 }), shared()] })
    const other = createCache({ namespace, tiers: [memory(), shared()] })
    await one.set('k', 1)
    await one.get('k')
    await other.delete('k')
    await expect.poll(() => one.get('k')).toBeUndefined()
  })
})

test('loads run in the contexts of their callers, though their keys are read as one', async () => {
  const cache = over(() => [shared()])()
  const user = new AsyncLocalStorage<string>()
  const ask = (name: string) => user.run(name, () => cache.getOrSet(name, () => user.getStore()))
  await cache.set('there', 'there')
  expect(await Promise.all(['there', 'ann', 'bob'].map(ask))).toEqual(['there', 'ann', 'bob'])
})

describe('a cache of memory over Redis, read while a change is on its way', () => {
  function setUp() {
    let holdsNext = false
    const arrived = gate<void>()
    const client: RedisClient = {
      isCluster: false,
      mget: (keys) => redis.mget(keys),
      mgetBuffer: (keys) => redis.mgetBuffer(keys),
      callBuffer: async (command, ...args) => {
        const isTheOne = holdsNext
        holdsNext = false
        if (isTheOne) await arrived.load()
        return redis.callBuffer(command, ...args)
      },
    }
    const tiers = [memory(), redisTier(client, { timeoutMs: 5_000 })] as const
    const holdNext = () => {
      holdsNext = true
    }
    return { cache: createCache({ namespace: `test-${randomUUID()}`, tiers }), arrived, holdNext }
  }

  test.for<[string, (cache: Cache) => Promise<void>]>([
    ['delete', (cache) => cache.delete('k')],
    ['invalidateTags', (cache) => cache.invalidateTags(['t'])],
  ])('forgets the old value when the %s has arrived', async ([, change]) => {
    const { cache, arrived, holdNext } = setUp()
    await cache.set('k', 'old', { tags: ['t'] })
    holdNext()
    const changing = change(cache)
    await arrived.entered
    expect([await cache.get('k'), cache.peek('k')]).toEqual(['old', 'old'])
    arrived.open()
    await changing
    expect([cache.peek('k'), await cache.get('k')]).toEqual([undefined, undefined])
  })

  test('returns the new value when the set has arrived', async () => {
    const { cache } = setUp()
    await cache.set('k', 'old')
    await Promise.all([cache.set('k', 'new'), cache.get('k')])
    expect(await cache.get('k')).toBe('new')
  })
})

describe('the channels', () => {
  test('tell of reads and loads, and never of values', async () => {
    const namespace = `test-${randomUUID()}`
    const messages: object[] = []
    const note = (message: unknown, name: string | symbol) => {
      const told = message as { namespace: string }
      if (told.namespace === namespace) messages.push({ name, ...told })
    }
    const channels = ['seawall:tiered-cache:read', 'seawall:tiered-cache:load']
    for (const name of channels) subscribe(name, note)
    const cache = createCache({ namespace, tiers: [memory(), shared()] })
    await cache.getOrSet('k', () => 'secret')
    await cache.getOrSet('k', () => 'secret')
    for (const name of channels) unsubscribe(name, note)
    const common = { namespace, key: 'k', degraded: false, error: undefined }
    const read = { ...common, name: channels[0], durationMs: expect.any(Number) as number }
    const load = { ...common, name: channels[1], durationMs: expect.any(Number) as number }
    expect(messages).toEqual([
      { ...read, tier: 'memory', hit: false, durationMs: 0 },
      { ...read, tier: 'redis', hit: false },
      { ...load, stored: true },
      { ...read, tier: 'memory', hit: true, durationMs: 0 },
    ])
  })
})

describe('createCache', () => {
  test.for<[string, object, string]>([
    ['no tiers', { namespace: 'n' }, "'tiers' must be [memory tier], [shared tier] or [memory tier, shared tier]"],
    ['an empty list of tiers', { namespace: 'n', tiers: [] }, "'tiers' must be"],
    ['two memory tiers', { namespace: 'n', tiers: [memory(), memory()] }, "'tiers' must be"],
    ['memory below a shared tier', { namespace: 'n', tiers: [shared(), memory()] }, "'tiers' must be"],
    ['no namespace', { tiers: [memory()] }, "'namespace' must be"],
    ['a namespace with a colon', { namespace: 'a:b', tiers: [memory()] }, "'namespace' must be"],
    [
      'a codec whose name its entries could not hold',
      { namespace: 'n', tiers: [memory()], codec: { ...json(), name: 'My JSON' } },
      "'codec' must be a codec with",
    ],
    ['a codec without a name', { namespace: 'n', tiers: [memory()], codec: { ...json(), name: undefined } }, "'name'"],
    ['a misspelt option', { namespace: 'n', tiers: [memory()], ttlSm: 1 }, "did you mean 'ttlMs'?"],
  ])('refuses %s', ([, options, message]) => {
    expect(() => createCache(options as CacheOptions)).toThrow(message)
  })
})
