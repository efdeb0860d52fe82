import type { Cluster, Redis } from 'ioredis'
import type { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { expectTypeOf, test } from 'vitest'
import type { MemoryStore, RateLimitStore, Verdict } from '../src/index.ts'
import { redisStore, type RedisClient } from '../src/redis.ts'

test('the clients of ioredis 5 and 6 fit', () => {
  expectTypeOf<Redis>().toExtend<RedisClient>()
  expectTypeOf<Cluster>().toExtend<RedisClient>()
  expectTypeOf<Redis5>().toExtend<RedisClient>()
  expectTypeOf<Cluster5>().toExtend<RedisClient>()
  expectTypeOf(redisStore).returns.toEqualTypeOf<RateLimitStore>()
})

test('a store in memory decides synchronously', () => {
  expectTypeOf<ReturnType<MemoryStore['consume']>>().toEqualTypeOf<Verdict>()
  expectTypeOf<ReturnType<MemoryStore['decide']>>().toEqualTypeOf<readonly Verdict[]>()
})
