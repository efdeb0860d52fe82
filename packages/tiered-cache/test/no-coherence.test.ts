import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, test } from 'vitest'
import { createCache } from '../src/create-cache.ts'
import { memoryTier } from '../src/memory-tier.ts'
import { none, type NoCoherenceOptions } from '../src/no-coherence.ts'
import { redisTier } from '../src/redis.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.quit())

test('lets memory serve what another process has deleted for so long and no longer', async () => {
  let now = 0
  const namespace = `test-${randomUUID()}`
  const tier = redisTier(redis, { timeoutMs: 5_000 })
  const tiers = [memoryTier({ maxEntries: 10, now: () => now }), tier] as const
  const cache = createCache({ namespace, tiers, coherence: none({ maxStaleMs: 5_000 }) })
  await expect.poll(() => cache.stats().isCoherent).toBe(true)
  await cache.getOrSet('k', () => 'old')
  await createCache({ namespace, tiers: [tier] }).delete('k')
  now = 4_999
  expect(cache.peek('k')).toBe('old')
  now = 5_000
  expect([cache.peek('k'), await cache.get('k')]).toEqual([undefined, undefined])
  await cache.close()
})

test.for<[string, object, string]>([
  ['no bound', {}, "'maxStaleMs' must be"],
  ['a bound below 0', { maxStaleMs: -1 }, "'maxStaleMs' must be"],
  ['a misspelt option', { maxStaleMs: 1, maxStale: 1 }, "did you mean 'maxStaleMs'?"],
])('refuses %s', ([, options, message]) => {
  expect(() => none(options as NoCoherenceOptions)).toThrow(message)
})
