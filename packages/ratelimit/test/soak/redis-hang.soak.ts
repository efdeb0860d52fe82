import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis, type Service } from '@seawall/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisStore } from '../../src/redis.ts'
import { quotaOf } from '../store-conformance.ts'

const deadlineMs = 75
/** What a busy machine may add. */
const slackMs = 250
const clients = 200
const keys = 20
const quota = quotaOf('exact', { limit: 200, windowMs: 600_000 })

let service: Service
let redis: Redis

beforeAll(async () => {
  service = await startRedis()
  redis = new Redis(service.url)
})
afterAll(async () => {
  redis.disconnect()
  await service.stop()
})

interface Outcome {
  readonly key: string
  readonly at: number
  readonly tookMs: number
  readonly stamp: number | undefined
}

function slowest(outcomes: readonly Outcome[]): number {
  return outcomes.reduce((worst, { tookMs }) => Math.max(worst, tookMs), 0)
}

describe('redisStore under load whose Redis stops again and again', () => {
  it('answers everything in time, and afterwards has counted what it admitted, no more and no less', async () => {
    const prefix = 'hang'
    const store = redisStore(redis, { prefix, deadlineMs, denyCacheKeys: 0 })
    const outcomes: Outcome[] = []
    let isOver = false

    async function load(client: number): Promise<void> {
      for (let index = client; !isOver; index++) {
        const key = `key ${index % keys}`
        const at = performance.now()
        const verdict = await Promise.resolve(store.consume(key, quota, 1)).catch(() => {})
        const stamp = verdict?.allowed === false ? undefined : (verdict?.stamp ?? -1)
        outcomes.push({ key, at, tookMs: performance.now() - at, stamp })
        await sleep(5)
      }
    }

    const loads = Promise.all(Array.from({ length: clients }, (_, client) => load(client)))
    const hangs: { readonly from: number; readonly to: number }[] = []
    for (let round = 0; round < 3; round++) {
      await sleep(500)
      await service.pause()
      const from = performance.now()
      await sleep(1_500)
      await service.resume()
      hangs.push({ from, to: performance.now() })
      await sleep(2_000)
    }
    isOver = true
    await loads

    expect(slowest(outcomes)).toBeLessThan(deadlineMs + slackMs)
    for (const { from, to } of hangs) {
      const afterOpening = outcomes.filter(({ at }) => at > from + 2 * deadlineMs && at < to)
      expect(afterOpening.length).toBeGreaterThan(100)
      expect(slowest(afterOpening)).toBeLessThan(deadlineMs)
      const decidedAgain = outcomes.some(({ at, stamp }) => at > to && at < to + 2_000 && stamp !== -1)
      expect(decidedAgain).toBe(true)
    }
    for (let index = 0; index < keys; index++) {
      const key = `key ${index}`
      const admitted = outcomes.filter((outcome) => outcome.key === key).flatMap(({ stamp = -1 }) => stamp)
      const counted = await redis.lrange(`{${prefix}}:exact:200/600000:${key}`, 0, -1)
      const stamps = admitted.filter((stamp) => stamp >= 0).toSorted((a, b) => b - a)
      expect(counted.map(Number)).toEqual(stamps)
    }
  })
})
