import { randomUUID } from 'node:crypto'
import { createDatabase, startMemcached, startRedisCluster } from '@seawall/services'
import { Cluster, Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { createCache, createFragments, memoryTier, type Cache, type CacheOptions } from '../../src/index.ts'
import { memcachedTier } from '../../src/memcached.ts'
import { pgNotify, postgresTier } from '../../src/postgres.ts'
import { redisPubSub, redisTier, redisTracking } from '../../src/redis.ts'
import { poolOn } from '../pool-on.ts'
import { fragmentConformance, listOf } from './fragment-conformance.ts'

const [memcached, cluster, database] = await Promise.all([
  startMemcached(),
  startRedisCluster(),
  createDatabase(inject('postgresUrl')),
])
const redis = new Redis(inject('redisUrl'))
const nodes = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
const pool = poolOn(database.url)
const caches: Cache[] = []
afterAll(async () => {
  await Promise.all(caches.map((cache) => cache.close()))
  await Promise.all([redis.quit(), nodes.quit(), pool.end()])
  await Promise.all([memcached.stop(), cluster.stop(), database.drop()])
})
await postgresTier(pool).createTable()

const limits = { timeoutMs: 5_000 }
const freshName = () => `test-${randomUUID().slice(0, 8)}`
const memory = () => memoryTier({ maxEntries: 5_000 })

/** The means by which a cache keeps fragments; each call is another process. */
const means = {
  Memcached: () => ({ tiers: [memcachedTier({ port: memcached.port, ...limits })] }),
  PostgreSQL: () => ({ tiers: [postgresTier(pool, limits)] }),
  'a Redis Cluster': () => ({ tiers: [redisTier(nodes, limits)] }),
  'memory over Memcached, with pub/sub of Redis': () => ({
    tiers: [memory(), memcachedTier({ port: memcached.port, ...limits })],
    coherence: redisPubSub(redis),
  }),
  'memory over Redis, with tracking': () => ({
    tiers: [memory(), redisTier(redis, limits)],
    coherence: redisTracking(redis),
  }),
  'memory over a Redis Cluster, with pub/sub': () => ({
    tiers: [memory(), redisTier(nodes, limits)],
    coherence: redisPubSub(nodes),
  }),
  'memory over PostgreSQL, with NOTIFY': () => ({
    tiers: [memory(), postgresTier(pool, limits)],
    coherence: pgNotify(pool, { connect: () => new pg.Client({ connectionString: database.url }) }),
  }),
} satisfies Record<string, () => Omit<CacheOptions, 'namespace'>>

async function create(options: Omit<CacheOptions, 'namespace'>, namespace = freshName()): Promise<Cache> {
  const cache = createCache({ namespace, ...options })
  caches.push(cache)
  await expect.poll(() => cache.stats().isCoherent, { timeout: 5_000 }).toBe(true)
  return cache
}

for (const [name, open] of Object.entries(means)) {
  fragmentConformance(name, () => create(open()))

  describe(`two processes with fragments in ${name}`, () => {
    test('render once what either of them has changed, with its ancestors alone', async () => {
      const namespace = freshName()
      const [here, there] = [await create(open(), namespace), await create(open(), namespace)]
      const [a, b] = [listOf(here), listOf(there)]
      await a.page()
      await b.page()
      expect([...a.renders(), ...b.renders()]).toHaveLength(5)
      a.texts[1] = b.texts[1] = 'changed'
      await here.invalidateTags(['item:1'])
      await expect.poll(() => b.page(), { timeout: 5_000 }).toContain('changed')
      expect(await a.page()).toContain('changed')
      expect([...a.renders(), ...b.renders()].toSorted()).toEqual(['item 1', 'list', 'page'])
    })

    test('keep a page of a thousand fragments', async () => {
      const namespace = freshName()
      const [here, there] = [await create(open(), namespace), await create(open(), namespace)]
      const texts = Array.from({ length: 1_000 }, (_, id) => `text ${id}`)
      const [a, b] = [here, there].map((cache) => listOf(cache, createFragments(cache, { digest: 'a' }), texts))
      await a?.page()
      await b?.page()
      expect([a?.renders().length, b?.renders()]).toEqual([1_002, []])
    })
  })
}
