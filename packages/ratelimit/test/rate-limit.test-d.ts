import type { Guard } from '@seawall/guard'
import { expectTypeOf, test } from 'vitest'
import { rateLimit, type LimitOptions, type RateLimitKey } from '../src/index.ts'

test('a limit is a guard', () => {
  expectTypeOf(rateLimit).returns.toExtend<Guard>()
})

test('keys of other kinds do not compile', () => {
  expectTypeOf<'ip'>().toExtend<RateLimitKey>()
  expectTypeOf<'post:username'>().toExtend<RateLimitKey>()
  expectTypeOf<'username'>().not.toExtend<RateLimitKey>()
  expectTypeOf<() => Promise<string>>().not.toExtend<RateLimitKey>()
})

test('a limit without a rate or a key does not compile', () => {
  expectTypeOf<{ name: 'a'; key: 'ip' }>().not.toExtend<LimitOptions>()
  expectTypeOf<{ name: 'a'; rate: '5/m' }>().not.toExtend<LimitOptions>()
})
