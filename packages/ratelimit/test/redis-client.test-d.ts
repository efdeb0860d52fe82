import type { Guard } from '@seawall/guard'
import type { Cluster, Redis } from 'ioredis'
import { expectTypeOf, test } from 'vitest'
import { rateLimit, type Decision, type MemoryStore, type RateLimitKey, type RateLimitStore } from '../src/index.ts'
import { redisStore, type RedisClient } from '../src/redis.ts'

test('the clients of ioredis fit', () => {
  expectTypeOf<Redis>().toExtend<RedisClient>()
  expectTypeOf<Cluster>().toExtend<RedisClient>()
  expectTypeOf(redisStore).returns.toEqualTypeOf<RateLimitStore>()
})

test('a store in memory decides synchronously', () => {
  expectTypeOf<ReturnType<MemoryStore['consume']>>().toEqualTypeOf<Decision>()
})

test('a limit is a guard', () => {
  expectTypeOf(rateLimit).returns.toEqualTypeOf<Guard>()
})

test('keys of other kinds do not compile', () => {
  expectTypeOf<'ip'>().toExtend<RateLimitKey>()
  expectTypeOf<'post:username'>().toExtend<RateLimitKey>()
  expectTypeOf<'username'>().not.toExtend<RateLimitKey>()
  expectTypeOf<() => Promise<string>>().not.toExtend<RateLimitKey>()
})

test('a limit without a rate, a key or a store does not compile', () => {
  expectTypeOf<{ key: 'ip'; rate: '5/m' }>().not.toExtend<Parameters<typeof rateLimit>[0]>()
  expectTypeOf<{ key: 'ip'; store: RateLimitStore }>().not.toExtend<Parameters<typeof rateLimit>[0]>()
})
