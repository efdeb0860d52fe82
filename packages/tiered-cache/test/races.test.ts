import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, test } from 'vitest'
import type { Cache } from '../src/cache.ts'
import { createCache } from '../src/create-cache.ts'
import { memoryTier } from '../src/memory-tier.ts'
import { redisTier } from '../src/redis/redis-tier.ts'

const memoryTtlMs = 40
const connections = Array.from({ length: 4 }, () => new Redis(inject('redisUrl')))
afterAll(() => Promise.all(connections.map((redis) => redis.quit())))

/** Nodes with a memory and a connection of their own, and a source that they read slowly and change at will. */
function createWorld() {
  const namespace = `test-${randomUUID()}`
  const nodes = connections.map((redis) =>
    createCache({
      namespace,
      waitMs: 20,
      tiers: [memoryTier({ maxEntries: 100, ttlMs: memoryTtlMs }), redisTier(redis, { timeoutMs: 5_000 })],
    }),
  )
  const source = new Map<number, number>()
  const load = async (key: number) => {
    await pause(Math.random() * 4)
    const version = source.get(key) ?? 0
    await pause(Math.random() * 12)
    return version
  }
  const read = (node: Cache, key: number) =>
    node.getOrSet(['item', key], () => load(key), { tags: [`item:${key}`], ttlMs: 60_000 })
  return { nodes, source, read }
}

const pick = (count: number) => Math.floor(Math.random() * count)

describe('nodes that read, delete and invalidate all at once', () => {
  const keys = 12

  test.for<[string, (node: Cache, key: number) => Promise<void>]>([
    ['delete', (node, key) => node.delete(['item', key])],
    ['invalidateTags', (node, key) => node.invalidateTags([`item:${key}`])],
  ])('hold nothing stale after the last %s, but for the ttl of memory', async ([, invalidate]) => {
    const { nodes, source, read } = createWorld()
    const actor = async () => {
      for (let step = 0; step < 40; step++) {
        const node = nodes[pick(nodes.length)]
        const key = pick(keys)
        if (node === undefined) return
        if (Math.random() < 0.3) {
          source.set(key, (source.get(key) ?? 0) + 1)
          await invalidate(node, key)
          continue
        }
        await read(node, key)
      }
    }
    await Promise.all(Array.from({ length: 24 }, actor))
    await pause(memoryTtlMs + 1)
    const stale: string[] = []
    for (const [index, node] of nodes.entries()) {
      for (let key = 0; key < keys; key++) {
        const value = await read(node, key)
        if (value !== (source.get(key) ?? 0)) stale.push(`node ${index} key ${key}: ${value}`)
      }
    }
    expect(stale).toEqual([])
  })

  test('read in one node what that node has just written to the source, when no other interferes', async () => {
    const { nodes, source, read } = createWorld()
    const [node] = nodes
    const stale: string[] = []
    const actor = async (key: number) => {
      for (let version = 1; version <= 20; version++) {
        if (node === undefined) return
        const earlier = [read(node, key), node.get(['item', key])]
        await pause(Math.random() * 8)
        source.set(key, version)
        await (version % 2 === 0 ? node.delete(['item', key]) : node.invalidateTags([`item:${key}`]))
        const value = await read(node, key)
        if (value !== version) stale.push(`key ${key}: ${value} instead of ${version}`)
        await Promise.all(earlier)
      }
    }
    await Promise.all(Array.from({ length: keys }, (_, key) => actor(key)))
    expect(stale).toEqual([])
  })
})
