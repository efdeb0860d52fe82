import { redisStore } from '@seawall/ratelimit/redis'
import { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterUnion } from 'rate-limiter-flexible'
import type { Start } from '../runner.ts'
import { atOnce, keyAt } from './keys.ts'

/** Two limits on a request, 100 in a minute and 1,000 in an hour, in Redis. */
export interface TwoLimitsSetting {
  readonly contender: 'seawall' | 'flexible'
  readonly url: string
  readonly concurrency: number
}

const minute = { algorithm: 'exact', limit: 100, windowMs: 60_000, burst: 100, blockMs: 0 } as const
const hour = { algorithm: 'gcra', limit: 1_000, windowMs: 3_600_000, burst: 1_000, blockMs: 0 } as const

function consumer({ contender }: TwoLimitsSetting, redis: Redis): (key: string) => unknown {
  const prefix = `${contender} ${process.pid}`
  if (contender === 'seawall') {
    const store = redisStore(redis, { prefix, deadlineMs: 10_000, denyCacheKeys: 0 })
    return (key) => store.decide([minute, hour].map((quota) => ({ key, quota, cost: 1 })))
  }
  const storeClient = redis
  const union = new RateLimiterUnion(
    new RateLimiterRedis({ storeClient, keyPrefix: `${prefix} minute`, points: 100, duration: 60 }),
    new RateLimiterRedis({ storeClient, keyPrefix: `${prefix} hour`, points: 1_000, duration: 3_600 }),
  )
  return (key) => union.consume(key).catch(() => {})
}

export const start: Start<TwoLimitsSetting> = async (setting) => {
  const redis = new Redis(setting.url)
  const consume = consumer(setting, redis)
  return {
    round: (operations) => atOnce(operations, setting.concurrency, (n) => consume(keyAt(n))),
    end: () => redis.disconnect(),
  }
}
