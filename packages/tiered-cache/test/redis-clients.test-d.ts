import type { Cluster, Redis } from 'ioredis'
import type { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { expectTypeOf, test } from 'vitest'
import type { RedisClient, RedisConnector } from '../src/redis.ts'

test('clients of ioredis 5 and 6 are clients of the tier and of the coherences', () => {
  expectTypeOf<Redis>().toExtend<RedisClient>()
  expectTypeOf<Cluster>().toExtend<RedisClient>()
  expectTypeOf<Redis5>().toExtend<RedisClient>()
  expectTypeOf<Cluster5>().toExtend<RedisClient>()
  expectTypeOf<Redis>().toExtend<RedisConnector>()
  expectTypeOf<Cluster>().toExtend<RedisConnector>()
  expectTypeOf<Redis5>().toExtend<RedisConnector>()
  expectTypeOf<Cluster5>().toExtend<RedisConnector>()
})
