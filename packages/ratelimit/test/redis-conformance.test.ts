import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterAll, inject } from 'vitest'
import { redisStore } from '../src/redis.ts'
import { storeConformance, type StoreUnderTest } from './store-conformance.ts'

const redis = new Redis(inject('redisUrl'))
const redis5 = new Redis5(inject('redisUrl'))
afterAll(() => {
  redis.disconnect()
  redis5.disconnect()
})

function create(client: Redis | Redis5): StoreUnderTest {
  // A timer may fire a millisecond early.
  return { store: redisStore(client, { prefix: randomUUID(), deadlineMs: 10_000 }), pass: (ms) => sleep(ms + 2) }
}

storeConformance('redisStore', () => create(redis))
storeConformance('redisStore with ioredis 5', () => create(redis5), { algorithms: ['exact'] })
