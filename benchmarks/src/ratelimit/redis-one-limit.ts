import { createLimiter } from '@seawall/ratelimit'
import { redisStore } from '@seawall/ratelimit/redis'
import { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { Start } from '../runner.ts'
import { fixedWindow } from './fixed-window.ts'
import { atOnce, keyAt } from './keys.ts'

/** One limit of 100 in a minute in Redis. */
export interface RedisSetting {
  readonly contender: 'script' | 'seawall' | 'store' | 'flexible'
  readonly url: string
  readonly concurrency: number
}

const quota = { algorithm: 'exact', limit: 100, windowMs: 60_000, burst: 100, blockMs: 0 } as const

async function consumer({ contender }: RedisSetting, redis: Redis): Promise<(key: string) => unknown> {
  const prefix = `${contender} ${process.pid}`
  if (contender === 'script') return fixedWindow(redis, prefix)
  if (contender === 'flexible') {
    const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: prefix, points: 100, duration: 60 })
    return (key) => limiter.consume(key).catch(ignore)
  }
  const store = redisStore(redis, { prefix, deadlineMs: 10_000, denyCacheKeys: 0 })
  if (contender === 'store') return (key) => store.consume(key, quota, 1)
  const limiter = createLimiter({ name: 'one', rate: '100/m', algorithm: 'exact' }, { store })
  return (key) => limiter.consume(key)
}

function ignore(refusal: unknown): void {
  if (refusal instanceof Error) throw refusal
}

export const start: Start<RedisSetting> = async (setting) => {
  const redis = new Redis(setting.url)
  const consume = await consumer(setting, redis)
  return {
    round: (operations) => atOnce(operations, setting.concurrency, (n) => consume(keyAt(n))),
    end: () => redis.disconnect(),
  }
}
