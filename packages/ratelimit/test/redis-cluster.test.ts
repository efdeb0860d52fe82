import { startRedisCluster, type RedisCluster } from '@seawall/services'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisStore } from '../src/redis.ts'
import { consume, quotaOf } from './store-conformance.ts'

let servers: RedisCluster
let cluster: Cluster

beforeAll(async () => {
  servers = await startRedisCluster()
  cluster = new Cluster(servers.nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
  await cluster.ping()
})
afterAll(async () => {
  cluster.disconnect()
  await servers.stop()
})

describe('redisStore on a Redis Cluster', () => {
  it('decides together about keys that would lie on different nodes', async () => {
    const store = redisStore(cluster, { deadlineMs: 10_000 })
    const quotas = [quotaOf('exact'), quotaOf('gcra', { limit: 50 }), quotaOf('fixed', { limit: 50 })]
    for (let index = 0; index < 20; index++) {
      const claims = quotas.map((quota) => ({ key: `key ${index} of ${quota.algorithm}`, quota, cost: 1 }))
      expect((await store.decide(claims)).every((verdict) => verdict?.allowed)).toBe(true)
    }
  })

  it('counts nothing anywhere for a refusal', async () => {
    const store = redisStore(cluster, { deadlineMs: 10_000, prefix: 'refusals', denyCacheKeys: 0 })
    const quota = quotaOf('exact', { windowMs: 60_000 })
    await consume(store, 'full', quota, 3)
    const claims = ['a', 'b', 'full'].map((key) => ({ key, quota, cost: 1 }))
    for (let index = 0; index < 5; index++) expect((await store.decide(claims))[2]?.allowed).toBe(false)
    for (const key of ['a', 'b']) expect((await store.peek(key, quota)).remaining).toBe(3)
  })

  it('keeps what it counts for two prefixes on two nodes', async () => {
    const quota = quotaOf('exact', { windowMs: 60_000 })
    for (const prefix of ['a', 'b', 'c', 'd']) {
      const store = redisStore(cluster, { deadlineMs: 10_000, prefix })
      expect(await store.adjust('key', quota, 1)).toMatchObject({ remaining: 2 })
      await store.block('key', quota, 60_000)
      expect(await store.consume('key', quota, 1)).toMatchObject({ allowed: false })
      await store.reset('key', quota)
      expect(await store.consume('key', quota, 1)).toMatchObject({ remaining: 2 })
    }
    const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()))
    expect(sizes.filter((size) => size > 0).length).toBeGreaterThan(1)
  })
})
