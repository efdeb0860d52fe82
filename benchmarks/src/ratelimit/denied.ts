import { redisStore } from '@seawall/ratelimit/redis'
import { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { Start } from '../runner.ts'
import { keys } from './keys.ts'

/** A thousand keys that are refused, again and again. */
export interface DeniedSetting {
  readonly contender: 'seawall' | 'flexible'
  readonly url: string
}

const denied = keys.slice(0, 1_000)
const quota = { algorithm: 'exact', limit: 1, windowMs: 3_600_000, burst: 1, blockMs: 0 } as const

export const start: Start<DeniedSetting> = async ({ contender, url }) => {
  const redis = new Redis(url)
  const prefix = `${contender} ${process.pid}`
  const store = redisStore(redis, { prefix, deadlineMs: 10_000, denyCacheMs: 3_600_000 })
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: prefix,
    points: 1,
    duration: 3_600,
    inMemoryBlockOnConsumed: 1,
  })
  const consume =
    contender === 'seawall'
      ? (key: string) => store.consume(key, quota, 1)
      : (key: string) => limiter.consume(key).catch(() => {})
  for (const key of [...denied, ...denied]) await consume(key)
  return {
    async round(operations) {
      for (let n = 0; n < operations; n++) {
        const answer = consume(denied[n % denied.length] ?? '')
        if (answer instanceof Promise) await answer
      }
    },
    end: () => redis.disconnect(),
  }
}
