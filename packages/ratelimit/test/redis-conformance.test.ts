import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, inject } from 'vitest'
import { redisStore } from '../src/redis.ts'
import { storeConformance } from './store-conformance.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

storeConformance('redisStore', () => ({
  store: redisStore(redis, { prefix: randomUUID(), deadlineMs: 5_000 }),
  pass: (ms) => sleep(ms),
}))
