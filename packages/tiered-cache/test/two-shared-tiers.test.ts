import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, test } from 'vitest'
import type { Cache } from '../src/cache.ts'
import { createCache } from '../src/create-cache.ts'
import { redisTier } from '../src/redis/redis-tier.ts'
import type { SharedStore, SharedTier } from '../src/tier.ts'
import { gate } from './gate.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.quit())

type Hook = (store: SharedStore) => Partial<SharedStore>

/** A tier with keys of its own, and with some of its operations replaced. */
function tierOf(name: string, hook: Hook = () => ({})): SharedTier {
  const tier = redisTier(redis, { timeoutMs: 5_000 })
  return {
    ...tier,
    name,
    open: (context) => {
      const store = tier.open({ ...context, namespace: `${context.namespace}.${name}` })
      const passed = new Proxy(store, {
        get: (_, member: keyof SharedStore) => {
          const part: unknown = hook(store)[member] ?? store[member]
          return typeof part === 'function' ? (part.bind(store) as unknown) : part
        },
      })
      return passed
    },
  }
}

const states = async (cache: Cache, key: string) => (await cache.explain(key)).tiers.map(({ state }) => state)

describe('a cache of two shared tiers', () => {
  test('has the nearer one take up what the farther one has, for the time left', async () => {
    const namespace = `test-${randomUUID()}`
    const cache = createCache({ namespace, tiers: [tierOf('near'), tierOf('far')] })
    await cache.set('k', 'value', { ttlMs: 5_000 })
    expect(await states(cache, 'k')).toEqual(['absent', 'fresh'])
    expect(await cache.get('k')).toBe('value')
    const { tiers } = await cache.explain('k')
    expect(tiers.map(({ state }) => state)).toEqual(['fresh', 'fresh'])
    expect(tiers[0]?.softMs).toBeLessThanOrEqual(5_000)
  })

  test('counts the hits of both together when they have one name', async () => {
    const namespace = `test-${randomUUID()}`
    const cache = createCache({ namespace, tiers: [tierOf('near'), { ...tierOf('far'), name: 'near' }] })
    await cache.set('k', 'value')
    await cache.get('k')
    await cache.get('k')
    expect(cache.stats().tierHits).toEqual({ near: 2 })
  })

  test('stores in both what it has loaded', async () => {
    const cache = createCache({ namespace: `test-${randomUUID()}`, tiers: [tierOf('near'), tierOf('far')] })
    await cache.getOrSet('k', () => 'value')
    expect(await states(cache, 'k')).toEqual(['fresh', 'fresh'])
  })

  test.for<[string, (cache: Cache) => Promise<void>]>([
    ['delete', (cache) => cache.delete('k')],
    ['invalidateTags', (cache) => cache.invalidateTags(['t'])],
    ['clear', (cache) => cache.clear()],
  ])('lets no tier take up again what a %s on its way has removed from another', async ([name, change]) => {
    const namespace = `test-${randomUUID()}`
    const second = gate<void>()
    let calls = 0
    const hook: Hook = (store) => {
      const held = async (work: () => Promise<void>) => {
        if (++calls === 2) await second.load()
        return work()
      }
      return {
        delete: (keys) => held(() => store.delete(keys)),
        invalidateTags: (tags) => held(() => store.invalidateTags(tags)),
        clear: () => held(() => store.clear()),
      }
    }
    const cache = createCache({ namespace, tiers: [tierOf('near', hook), tierOf('far', hook)] })
    const other = createCache({ namespace, tiers: [tierOf('near'), tierOf('far')] })
    await other.getOrSet('k', () => 'old', { tags: ['t'] })
    const changing = change(cache)
    await second.entered
    await other.get('k')
    second.open()
    await changing
    expect([name, await other.get('k')]).toEqual([name, undefined])
  })

  test.for(['near', 'far'])('serves, loads and stores without the %s tier when that fails', async (failing) => {
    const fail = () => Promise.reject(new Error('down'))
    const tiers = ['near', 'far'].map((name) =>
      tierOf(name, () => (name === failing ? { read: fail, acquire: fail, fill: fail } : {})),
    ) as unknown as [SharedTier, SharedTier]
    const cache = createCache({ namespace: `test-${randomUUID()}`, tiers })
    expect(await cache.getOrSet('k', () => 'value')).toBe('value')
    expect(await cache.get('k')).toBe('value')
    expect(await cache.getOrSet('k', () => 'again')).toBe('value')
  })
})
