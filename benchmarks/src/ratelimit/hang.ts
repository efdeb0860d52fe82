import { setTimeout as sleep } from 'node:timers/promises'
import { redisStore } from '@seawall/ratelimit/redis'
import { Redis } from 'ioredis'
import type { Start } from '../runner.ts'
import { quantile } from '../statistics.ts'

/** A Redis that is stopped under load. A round is a stop. */
export interface HangSetting {
  readonly url: string
  readonly pid: number
}

const deadlineMs = 75
const hangMs = 1_500
const clients = 100
// No key is refused in a round, or it would be answered without Redis.
const quota = { algorithm: 'exact', limit: 1_000, windowMs: 60_000, burst: 1_000, blockMs: 0 } as const

interface Answer {
  readonly at: number
  readonly tookMs: number
  readonly isDecided: boolean
}

export const start: Start<HangSetting> = async ({ url, pid }) => {
  const redis = new Redis(url)
  const store = redisStore(redis, { prefix: `hang ${process.pid}`, deadlineMs })
  let answers: Answer[] = []
  let isOver = false
  let rounds = 0

  async function load(): Promise<void> {
    for (let n = 0; !isOver; n++) {
      const at = performance.now()
      const verdict = await Promise.resolve(store.consume(`round ${rounds} key ${n % 1_000}`, quota, 1)).catch(() => {})
      answers.push({ at, tookMs: performance.now() - at, isDecided: verdict !== undefined })
      await sleep(2)
    }
  }

  async function hang(): Promise<readonly [number, number]> {
    await sleep(300)
    const from = performance.now()
    process.kill(pid, 'SIGSTOP')
    await sleep(hangMs)
    process.kill(pid, 'SIGCONT')
    const to = performance.now()
    await sleep(2_000)
    return [from, to]
  }

  return {
    async round() {
      answers = []
      isOver = false
      rounds++
      const loads = Array.from({ length: clients }, load)
      const [from, to] = await hang()
      isOver = true
      await Promise.all(loads)
      const during = answers.filter(({ at }) => at >= from && at < to)
      // The first that were asked after the stop time out then; those that begin around it belong to neither side.
      const opens = from + deadlineMs
      const back = answers.find(({ at, isDecided }) => at >= to && isDecided)
      return {
        'p99 ms until open': p99(during.filter(({ at }) => at < opens)),
        'p99 ms when open': p99(during.filter(({ at }) => at >= opens + 25)),
        'ms until it decides again': (back?.at ?? Infinity) - to,
      }
    },
    end: () => redis.disconnect(),
  }
}

function p99(answers: readonly Answer[]): number {
  return quantile(
    answers.map(({ tookMs }) => tookMs),
    0.99,
  )
}
