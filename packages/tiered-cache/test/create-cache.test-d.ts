import type { Cluster, Redis } from 'ioredis'
import { expectTypeOf, test } from 'vitest'
import { createCache, memoryTier, type Cache, type CacheOptions } from '../src/index.ts'
import { redisTier, type RedisClient } from '../src/redis.ts'

declare const redis: Redis
declare const cache: Cache

test('the clients of ioredis fit what redisTier needs', () => {
  expectTypeOf<Redis>().toExtend<RedisClient>()
  expectTypeOf<Cluster>().toExtend<RedisClient>()
  expectTypeOf(redisTier).toBeCallableWith(redis)
})

test('tiers stand with memory above, and there is at least one', () => {
  const memory = memoryTier({ maxEntries: 1 })
  const shared = redisTier(redis)
  type TiersOf = CacheOptions['tiers']
  expectTypeOf<[typeof memory]>().toExtend<TiersOf>()
  expectTypeOf<[typeof shared]>().toExtend<TiersOf>()
  expectTypeOf<[typeof memory, typeof shared]>().toExtend<TiersOf>()
  expectTypeOf<[typeof shared, typeof memory]>().not.toExtend<TiersOf>()
  expectTypeOf<[]>().not.toExtend<TiersOf>()
})

test('a memory tier without a bound does not compile', () => {
  // @ts-expect-error maxEntries is missing
  memoryTier({})
})

test('an unknown option does not compile', () => {
  // @ts-expect-error tags belong to an entry
  createCache({ namespace: 'n', tiers: [memoryTier({ maxEntries: 1 })], tags: [] })
})

test('the type of a value is that of its loader, awaited', () => {
  expectTypeOf(cache.getOrSet('k', () => ({ id: 1 }))).toEqualTypeOf<Promise<{ id: number }>>()
  expectTypeOf(cache.getOrSet(['k', 1], async () => 'text', { ttlMs: 1, tags: ['t'] })).toEqualTypeOf<Promise<string>>()
})

test('what was not loaded may be missing', () => {
  expectTypeOf(cache.peek<string>('k')).toEqualTypeOf<string | undefined>()
  expectTypeOf(cache.get('k')).toEqualTypeOf<Promise<unknown>>()
})

test('an object is not a key', () => {
  // @ts-expect-error it would need an order of its members
  void cache.get({ id: 1 })
})
