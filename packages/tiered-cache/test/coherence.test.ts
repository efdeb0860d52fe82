import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, test } from 'vitest'
import type { Change, Coherence, CoherenceListener } from '../src/coherence.ts'
import { createCache } from '../src/create-cache.ts'
import { memoryTier } from '../src/memory-tier.ts'
import { redisTier } from '../src/redis/redis-tier.ts'
import { gate } from './gate.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.quit())

/** A cache whose coherence is driven by hand. */
function setUp({ maxStaleMs, publish }: { maxStaleMs?: number; publish?: (change: Change) => Promise<void> } = {}) {
  const told: { listener?: CoherenceListener } = {}
  const published: Change[] = []
  const coherence: Coherence = {
    name: 'by-hand',
    maxStaleMs,
    open: ({ listener }) => {
      told.listener = listener
      const note = async (change: Change) => void published.push(change)
      return { publish: publish ?? note, close: async () => undefined }
    },
  }
  const tiers = [memoryTier({ maxEntries: 100 }), redisTier(redis, { timeoutMs: 5_000 })] as const
  const namespace = `test-${randomUUID()}`
  const cache = createCache({ namespace, tiers, coherence })
  const other = createCache({ namespace, tiers: [redisTier(redis, { timeoutMs: 5_000 })] })
  if (told.listener === undefined) throw new Error('The coherence was not opened')
  return { cache, other, listener: told.listener, published }
}

describe('memory over a shared tier with coherence', () => {
  test('is not used before changes are heard of', async () => {
    const { cache, listener } = setUp()
    await cache.set('k', 1)
    expect([await cache.get('k'), cache.peek('k'), cache.stats().isCoherent]).toEqual([1, undefined, false])
    expect((await cache.explain('k')).tiers.map(({ state }) => state)).toEqual(['distrusted', 'fresh'])
    listener.up()
    expect([await cache.get('k'), cache.peek('k'), cache.stats().isCoherent]).toEqual([1, 1, true])
  })

  test('is flushed and passed over while changes may be missed', async () => {
    const { cache, other, listener } = setUp()
    listener.up()
    await cache.getOrSet('k', () => 'old')
    listener.down(new Error('lost'))
    await other.set('k', 'new')
    expect([cache.peek('k'), await cache.getOrSet('k', () => 'loaded')]).toEqual([undefined, 'new'])
    expect(cache.peek('k')).toBeUndefined()
    listener.up()
    expect([cache.peek('k'), await cache.get('k'), cache.peek('k')]).toEqual([undefined, 'new', 'new'])
  })

  test('serves as long as the entry lives, as nothing else bounds it', async () => {
    const { cache, listener } = setUp()
    listener.up()
    await cache.getOrSet('k', () => 1, { ttlMs: 60_000 })
    expect((await cache.explain('k')).tiers[0]?.hardMs).toBeGreaterThan(30_000)
  })

  test('serves no longer than maxStaleMs', async () => {
    const { cache, listener } = setUp({ maxStaleMs: 500 })
    listener.up()
    await cache.getOrSet('k', () => 1, { ttlMs: 60_000 })
    expect((await cache.explain('k')).tiers[0]?.hardMs).toBeLessThanOrEqual(500)
  })

  test.for<[string, Change]>([
    ['a key', { kind: 'keys', keys: ['k'] }],
    ['a tag', { kind: 'tags', tags: ['t'] }],
    ['everything', { kind: 'all' }],
  ])('forgets %s that another process has changed, and keeps nothing that was read before', async ([, change]) => {
    const { cache, other, listener } = setUp()
    listener.up()
    await cache.getOrSet('k', () => 'old', { tags: ['t'] })
    listener.changed(change)
    expect(cache.peek('k')).toBeUndefined()
    await other.delete('k')
    const slow = gate<string>()
    const loading = cache.getOrSet('k', slow.load, { tags: ['t'] })
    await slow.entered
    listener.changed(change)
    slow.open('overtaken')
    expect([await loading, cache.peek('k')]).toEqual(['overtaken', undefined])
  })

  test.for<[string, (listener: CoherenceListener) => void]>([
    ['down', (listener) => listener.down(new Error('lost'))],
    ['down and up', (listener) => (listener.down(new Error('lost')), listener.up())],
    ['up again', (listener) => listener.up()],
  ])('keeps nothing that was on its way when the channel went %s', async ([, turn]) => {
    const { cache, listener } = setUp()
    listener.up()
    const slow = gate<string>()
    const loading = cache.getOrSet('k', slow.load)
    await slow.entered
    turn(listener)
    slow.open('value')
    expect([await loading, cache.peek('k')]).toEqual(['value', undefined])
  })

  test('tells the others of every change', async () => {
    const { cache, published } = setUp()
    await cache.set('set', 1)
    await cache.delete(['deleted', 1])
    await cache.expire('expired')
    await cache.incr('counted')
    await cache.invalidateTags(['t'])
    await cache.clear()
    expect(published).toEqual([
      { kind: 'keys', keys: ['set'] },
      { kind: 'keys', keys: ['[deleted,1'] },
      { kind: 'keys', keys: ['expired'] },
      { kind: 'keys', keys: ['counted'] },
      { kind: 'tags', tags: ['t'] },
      { kind: 'all' },
    ])
  })

  test('stays shut once the cache is closed, whatever the channel tells', async () => {
    const { cache, listener } = setUp()
    await cache.close()
    listener.up()
    expect(cache.stats().isCoherent).toBe(false)
  })

  test('does not tell of what was loaded', async () => {
    const { cache, published } = setUp()
    await cache.getOrSet('k', () => 1)
    await cache.get('k')
    expect(published).toEqual([])
  })

  test('rejects a change that the others could not be told of', async () => {
    const { cache } = setUp({ publish: () => Promise.reject(new Error('lost')) })
    await expect(cache.delete('k')).rejects.toMatchObject({ code: 'ERR_CACHE_TIER', tier: 'by-hand' })
    await expect(cache.set('k', 1)).rejects.toMatchObject({ operation: 'publish' })
  })
})
