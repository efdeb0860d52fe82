import { redisStore } from '@seawall/ratelimit/redis'
import { Redis } from 'ioredis'
import { answerQuestions } from '../answer-questions.ts'

/** What one of several processes does. */
export interface HammerWork {
  readonly prefix: string
  readonly limit: number
  readonly windowMs: number
  readonly untilMs: number
}

let redis: Redis

const answers = {
  async open(url: string): Promise<void> {
    redis = new Redis(url)
    await redis.ping()
  },

  /** Asks for one key as fast as it can, and tells when it was admitted, in microseconds. */
  async hammer({ prefix, limit, windowMs, untilMs }: HammerWork): Promise<number[]> {
    const store = redisStore(redis, { prefix, deadlineMs: 10_000, denyCacheKeys: 0 })
    const quota = { algorithm: 'exact', limit, windowMs, burst: limit, blockMs: 0 } as const
    const stamps: number[] = []
    while (Date.now() < untilMs) {
      const verdicts = await Promise.all(Array.from({ length: 8 }, async () => store.consume('key', quota, 1)))
      for (const { allowed, stamp } of verdicts) if (allowed) stamps.push(stamp)
    }
    return stamps
  },
}

/** What the contender may ask. */
export type HammerAnswers = typeof answers

answerQuestions(answers)
