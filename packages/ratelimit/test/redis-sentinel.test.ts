import { startSentinels, type Sentinels } from '@seawall/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { redisStore } from '../src/redis.ts'
import { quotaOf } from './store-conformance.ts'

const deadlineMs = 75
/** What a busy machine may add to a deadline. */
const slackMs = 1_000

let servers: Sentinels
let redis: Redis

beforeAll(async () => {
  servers = await startSentinels()
  redis = new Redis({
    name: servers.masterName,
    sentinels: servers.sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
    retryStrategy: () => 50,
    sentinelRetryStrategy: () => 50,
  })
  redis.on('error', () => {})
  await redis.ping()
})
afterAll(async () => {
  redis.disconnect()
  await servers.stop()
})

describe('redisStore behind Sentinel', () => {
  it('fails in time while the master is gone, and goes on with what the replica has when that is the master', async () => {
    const quota = quotaOf('exact', { limit: 5, windowMs: 60_000 })
    const store = redisStore(redis, { deadlineMs, probeMs: 100 })
    const first = Array.from({ length: 3 }, async () => store.consume('key', quota, 1))
    expect((await Promise.all(first)).every(({ allowed }) => allowed)).toBe(true)
    await redis.wait(1, 5_000)
    await servers.master.kill()
    const recovered = async (): Promise<void> => {
      const start = performance.now()
      const verdict = await Promise.resolve(store.consume('another key', quota, 1)).catch(() => {})
      expect(performance.now() - start).toBeLessThan(deadlineMs + slackMs)
      expect(verdict).toBeDefined()
    }
    await vi.waitFor(recovered, { timeout: 30_000, interval: 20 })
    expect(await store.peek('key', quota)).toMatchObject({ allowed: true, remaining: 2 })
  }, 40_000)
})
