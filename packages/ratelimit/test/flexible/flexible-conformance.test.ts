import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase, startMemcached, type Service, type TestDatabase } from '@seawall/services'
import { Redis } from 'ioredis'
import Memcached from 'memcached'
import pg from 'pg'
import { RateLimiterMemcache, RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis } from 'rate-limiter-flexible'
import { afterAll, beforeAll, inject } from 'vitest'
import { flexibleStore, type FlexibleLimiter } from '../../src/flexible.ts'
import { storeConformance, type StoreUnderTest } from '../store-conformance.ts'

const abilities = {
  algorithms: ['fixed'],
  together: false,
  stamps: false,
  exactRemaining: false,
  subSecond: false,
  blocksApart: false,
} as const

let database: TestDatabase
let pool: pg.Pool
let postgres: RateLimiterPostgres
let memcached: Service
let memcache: Memcached
let redis: Redis

beforeAll(async () => {
  redis = new Redis(inject('redisUrl'))
  memcached = await startMemcached()
  memcache = new Memcached(`127.0.0.1:${memcached.port}`)
  database = await createDatabase(inject('postgresUrl'))
  pool = new pg.Pool({ connectionString: database.url, max: 10 })
  pool.on('error', () => {})
  postgres = await new Promise((resolve, reject) => {
    const limiter = new RateLimiterPostgres(
      { storeClient: pool, points: 1, duration: 1, tableName: 'limits' },
      (error?: Error) => (error === undefined ? resolve(limiter) : reject(error)),
    )
  })
})
afterAll(async () => {
  redis.disconnect()
  memcache.end()
  await memcached.stop()
  await pool.end()
  await database.drop()
})

/** Every store has keys of its own. */
function on(limiter: FlexibleLimiter, lateMs = 0): StoreUnderTest {
  const store = flexibleStore(limiter, { deadlineMs: 10_000 })
  const prefix = randomUUID()
  const own = (key: string): string => prefix + key
  return {
    store: {
      ...(store.maxLimit === undefined ? {} : { maxLimit: store.maxLimit }),
      ...(store.maxWindowMs === undefined ? {} : { maxWindowMs: store.maxWindowMs }),
      consume: (key, quota, cost) => store.consume(own(key), quota, cost),
      decide: (claims) => store.decide(claims.map((claim) => ({ ...claim, key: own(claim.key) }))),
      peek: (key, quota) => store.peek(own(key), quota),
      adjust: (key, quota, cost, stamp) => store.adjust(own(key), quota, cost, stamp),
      block: (key, quota, ms) => store.block(own(key), quota, ms),
      reset: (key, quota) => store.reset(own(key), quota),
    },
    pass: (ms) => sleep(ms + lateMs),
  }
}

storeConformance(
  'a limiter of rate-limiter-flexible in memory',
  () => on(new RateLimiterMemory({ points: 1, duration: 1 })),
  abilities,
)
storeConformance(
  'a limiter of rate-limiter-flexible in Redis',
  () => on(new RateLimiterRedis({ storeClient: redis, points: 1, duration: 1 })),
  abilities,
)
storeConformance('a limiter of rate-limiter-flexible in PostgreSQL', () => on(postgres), {
  ...abilities,
  windowMs: 3_000,
})
storeConformance(
  'a limiter of rate-limiter-flexible in Memcached',
  // Memcached forgets with its clock's next second
  () => on(new RateLimiterMemcache({ storeClient: memcache, points: 1, duration: 1 }), 1_100),
  { ...abilities, givesBack: false },
)
