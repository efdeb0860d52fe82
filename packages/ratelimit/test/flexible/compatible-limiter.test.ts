import {
  RateLimiterCompatibleAbstract,
  RateLimiterMemory,
  RateLimiterQueue,
  RateLimiterRedis,
  RateLimiterRes,
  RateLimiterUnion,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { CompatibleLimiter } from '../../src/flexible.ts'
import { createLimiter, memoryStore, type Limiter } from '../../src/index.ts'
import { brokenStore } from '../broken-store.ts'

function compatible(rate = '2/m', keyPrefix?: string): CompatibleLimiter {
  const limiter = createLimiter({ name: 'exact', rate }, { store: memoryStore({ now: () => 0 }) })
  return new CompatibleLimiter(limiter, keyPrefix === undefined ? {} : { keyPrefix })
}

describe('CompatibleLimiter', () => {
  it('is a limiter of rate-limiter-flexible', () => {
    expect(compatible()).toBeInstanceOf(RateLimiterCompatibleAbstract)
    expect(compatible().keyPrefix).toBe('seawall')
  })

  it('resolves to what is left, and rejects with the time to wait', async () => {
    const limiter = compatible()
    expect(await limiter.consume('ann')).toMatchObject({ remainingPoints: 1, consumedPoints: 1, msBeforeNext: 60_000 })
    await limiter.consume('ann')
    const rejection: unknown = await limiter.consume('ann').catch((error: unknown) => error)
    expect(rejection).toBeInstanceOf(RateLimiterRes)
    expect(rejection).toMatchObject({ remainingPoints: 0, consumedPoints: 2, msBeforeNext: 60_000 })
    expect(await limiter.consume(7)).toMatchObject({ remainingPoints: 1 })
  })

  it('tells, fines, rewards, sets, blocks and forgets', async () => {
    const limiter = compatible('5/m')
    expect(await limiter.get('ann')).toBeNull()
    expect(await limiter.penalty('ann', 3)).toMatchObject({ consumedPoints: 3 })
    expect(await limiter.reward('ann')).toMatchObject({ consumedPoints: 2 })
    expect(await limiter.get('ann')).toMatchObject({ consumedPoints: 2, remainingPoints: 3 })
    expect(await limiter.set('ann', 4)).toMatchObject({ consumedPoints: 4 })
    expect(await limiter.block('ann', 90)).toMatchObject({ remainingPoints: 0, msBeforeNext: 90_000 })
    await expect(limiter.consume('ann')).rejects.toMatchObject({ msBeforeNext: 90_000 })
    expect(await limiter.block('ann', 0)).toMatchObject({ msBeforeNext: 30 * 86_400_000 })
    expect(await limiter.delete('ann')).toBe(true)
    expect(await limiter.delete('ann')).toBe(false)
    expect(await limiter.consume('ann')).toMatchObject({ consumedPoints: 1 })
  })

  it('blocks for as long as the limiter that it insures', async () => {
    const limiter = compatible('1/m')
    limiter.blockDuration = 300
    await limiter.consume('ann')
    await expect(limiter.consume('ann')).rejects.toMatchObject({ msBeforeNext: 300_000 })
    expect(await limiter.get('ann')).toMatchObject({ msBeforeNext: 300_000 })
  })

  it('blocks for 30 days at the most, and for whole milliseconds', async () => {
    const limiter = compatible('1/m')
    limiter.blockDuration = 365 * 86_400
    await limiter.consume('ann')
    await expect(limiter.consume('ann')).rejects.toMatchObject({ msBeforeNext: 30 * 86_400_000 })
    expect(await limiter.block('bob', 0.0015)).toMatchObject({ msBeforeNext: 2 })
  })

  it('refuses to delay', () => {
    expect(() => (compatible().execEvenly = true)).toThrow("'execEvenly' must be false")
    expect(compatible().execEvenly).toBe(false)
  })

  it('insures a limiter whose Redis is gone', async () => {
    const redis = new Redis(1, '127.0.0.1', {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    redis.on('error', () => {})
    const limiter = new RateLimiterRedis({
      storeClient: redis,
      points: 9,
      duration: 1,
      insuranceLimiter: compatible('1/m'),
    })
    expect(await limiter.consume('ann')).toMatchObject({ remainingPoints: 0 })
    await expect(limiter.consume('ann')).rejects.toBeInstanceOf(RateLimiterRes)
    expect(await limiter.get('ann')).toMatchObject({ consumedPoints: 1 })
    redis.disconnect()
  })

  it('is one of a union', async () => {
    const union = new RateLimiterUnion(
      compatible('1/m', 'exact'),
      new RateLimiterMemory({ keyPrefix: 'hourly', points: 9, duration: 3600 }),
    )
    expect(await union.consume('ann')).toMatchObject({ exact: { remainingPoints: 0 }, hourly: { remainingPoints: 8 } })
    await expect(union.consume('ann')).rejects.toMatchObject({ exact: { msBeforeNext: 60_000 } })
  })

  it('is given a time limit, and stands in a queue', async () => {
    const timed = new RLWrapperTimeouts({ limiter: compatible('1/m'), timeoutMs: 5_000 })
    expect(await timed.consume('ann')).toMatchObject({ remainingPoints: 0 })
    await expect(timed.consume('ann')).rejects.toBeInstanceOf(RateLimiterRes)
    const queue = new RateLimiterQueue(compatible('3/m') as never, { maxQueueSize: 1 })
    expect(await queue.removeTokens(1, 'ann')).toBe(2)
  })

  it('lets an insurance take over when its own store cannot answer', async () => {
    const denying = createLimiter({ name: 'a', rate: '9/m', onError: 'deny' }, { store: brokenStore() })
    const inner = new CompatibleLimiter(denying)
    await expect(inner.consume('ann')).rejects.toMatchObject({ code: 'ERR_RATE_LIMIT_STORE_UNAVAILABLE' })
    const insured = new RLWrapperTimeouts({
      limiter: inner,
      timeoutMs: 5_000,
      insuranceLimiter: new RateLimiterMemory({ points: 1, duration: 60 }),
    })
    expect(await insured.consume('ann')).toMatchObject({ remainingPoints: 0 })
  })

  it.each([[undefined], [{}], [memoryStore()], [{ ...createLimiter({ name: 'a', rate: '1/m' }), reset: undefined }]])(
    'refuses %j',
    (limiter) => {
      expect(() => new CompatibleLimiter(limiter as unknown as Limiter)).toThrow(
        "'limiter' must be a limiter such as createLimiter() makes",
      )
      expect(() => new CompatibleLimiter(createLimiter({ name: 'a', rate: '1/m' }), { keyPrefix: '' })).toThrow(
        "'keyPrefix' must be",
      )
    },
  )
})
