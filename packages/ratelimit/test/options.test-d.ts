import type { Guard } from '@seawall/guard'
import type {
  RateLimiterCompatibleAbstract,
  RateLimiterDynamo,
  RateLimiterMemcache,
  RateLimiterMemory,
  RateLimiterMongo,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterUnion,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible'
import { expectTypeOf, test } from 'vitest'
import type { CompatibleLimiter, FlexibleLimiter } from '../src/flexible.ts'
import { rateLimit, type LimitOptions, type RateLimitKey, type RateLimitOptions } from '../src/index.ts'

test('a guard of limits is a guard', () => {
  expectTypeOf(rateLimit).returns.toExtend<Guard>()
})

test('a key is one of those known, several of them, or a function', () => {
  expectTypeOf<'ip'>().toExtend<RateLimitKey>()
  expectTypeOf<'param:id'>().toExtend<RateLimitKey>()
  expectTypeOf<readonly ['ip', 'post:username']>().toExtend<RateLimitKey>()
  expectTypeOf<() => undefined>().toExtend<RateLimitKey>()
  expectTypeOf<'address'>().not.toExtend<RateLimitKey>()
  expectTypeOf<() => Promise<string>>().not.toExtend<RateLimitKey>()
  expectTypeOf<readonly ['ip', () => string]>().not.toExtend<RateLimitKey>()
})

test('one limit takes the settings of its guard, one of several does not', () => {
  expectTypeOf<{ key: 'ip'; rate: '5/m'; headers: 'legacy' }>().toExtend<RateLimitOptions>()
  expectTypeOf<LimitOptions>().not.toHaveProperty('store')
  expectTypeOf<{ key: 'ip' }>().not.toExtend<LimitOptions>()
  expectTypeOf<{ key: 'ip'; rate: 5 }>().not.toExtend<LimitOptions>()
})

test('the limiters of rate-limiter-flexible can be stores, but for those that only consume', () => {
  expectTypeOf<RateLimiterMemory>().toExtend<FlexibleLimiter>()
  expectTypeOf<RateLimiterRedis>().toExtend<FlexibleLimiter>()
  expectTypeOf<RateLimiterPostgres>().toExtend<FlexibleLimiter>()
  expectTypeOf<RateLimiterMemcache>().toExtend<FlexibleLimiter>()
  expectTypeOf<RateLimiterMongo>().toExtend<FlexibleLimiter>()
  expectTypeOf<RateLimiterDynamo>().toExtend<FlexibleLimiter>()
  expectTypeOf<RLWrapperTimeouts>().toExtend<FlexibleLimiter>()
  expectTypeOf<RateLimiterUnion>().not.toExtend<FlexibleLimiter>()
})

test('a compatible limiter is one of theirs', () => {
  expectTypeOf<CompatibleLimiter>().toExtend<RateLimiterCompatibleAbstract>()
})
