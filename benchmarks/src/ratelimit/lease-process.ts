import { redisStore } from '@seawall/ratelimit/redis'
import { Redis } from 'ioredis'
import { answerQuestions } from '../answer-questions.ts'
import { fixedWindow } from './fixed-window.ts'
import { atOnce } from './keys.ts'

/** What one of several processes does. */
export interface LeaseWork {
  readonly url: string
  readonly prefix: string
  /** How many are taken with a call; 0 makes the call by hand, one for each decision. */
  readonly lease: number
}

const hotKeys = 50
const quota = { algorithm: 'gcra', limit: 100_000_000, windowMs: 60_000, burst: 100_000_000, blockMs: 0 } as const

let consume: (key: string) => unknown

const answers = {
  async open({ url, prefix, lease }: LeaseWork): Promise<void> {
    const redis = new Redis(url)
    const store = redisStore(redis, { prefix, lease: Math.max(1, lease), deadlineMs: 10_000 })
    consume = lease === 0 ? await fixedWindow(redis, prefix) : (key) => store.consume(key, quota, 1)
  },

  work(operations: number): Promise<void> {
    return atOnce(operations, 64, (n) => consume(`key ${n % hotKeys}`))
  },
}

/** What the contender may ask. */
export type LeaseAnswers = typeof answers

answerQuestions(answers)
