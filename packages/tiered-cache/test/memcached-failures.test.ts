import { startMemcached } from '@seawall/services'
import { afterAll, expect, test } from 'vitest'
import { createCache } from '../src/create-cache.ts'
import { memcachedTier } from '../src/memcached.ts'
import type { TierContext } from '../src/tier.ts'
import { entryOf, fillOne, leaseOf, openIn, requestOf, textIn } from './tier-conformance.ts'
import { tierFailures } from './tier-failures.ts'

const service = await startMemcached({ maxMegabytes: 2 })
const { port } = service
afterAll(() => service.stop())

tierFailures('memcached', { service, create: (options) => memcachedTier({ ...options, port }) })

test('a lease of before a restart stores nothing, whatever the numbers are that the server begins anew with', async () => {
  const store = openIn(memcachedTier({ port }))
  const lease = await leaseOf(store, requestOf('k'))
  await service.kill()
  await service.restart()
  const again = async () => {
    const other = openIn(memcachedTier({ port }), 'another')
    await leaseOf(other, requestOf('k'))
    await other.close()
    return true
  }
  expect(await again()).toBe(true)
  const fill = () => fillOne(store, { lease, entry: entryOf('stale') })
  expect(await fill().catch(() => false)).toBe(false)
  expect(await textIn(store, 'k').catch(() => undefined)).toBeUndefined()
  await store.close()
}, 20_000)

test('while the server evicts, nothing that was invalidated comes back', async () => {
  const store = openIn(memcachedTier({ port, timeoutMs: 2_000 }))
  const value = Buffer.alloc(60_000, 'x')
  let found = 0
  for (let round = 0; round < 150; round++) {
    const [key, tags] = [`k-${round}`, [`tag-${round % 5}`]]
    await store.write([{ key, entry: entryOf(value, { tags }) }])
    await store.invalidateTags(tags)
    await store.write([{ key: `fill-${round}`, entry: entryOf(value, { tags }) }])
    if ((await textIn(store, key)) !== undefined) found++
  }
  expect(found).toBe(0)
  expect(await textIn(store, 'fill-0')).toBeUndefined()
  await store.close()
})

test('a value that the server refuses rejects, and what was there before is gone', async () => {
  const store = openIn(memcachedTier({ port, timeoutMs: 2_000 }))
  await store.write([{ key: 'big', entry: entryOf('small') }])
  await expect(store.write([{ key: 'big', entry: entryOf(Buffer.alloc(1_100_000)) }])).rejects.toThrow('too large')
  expect(await textIn(store, 'big')).toBeUndefined()
  await store.close()
})

test('a value that a tier does not take is refused by the cache, which does not take the tier for down', async () => {
  const tiers = [memcachedTier({ port, timeoutMs: 2_000, breakerFailures: 2 })] as const
  const cache = createCache({ namespace: 'too-long', tiers, maxValueBytes: 10_000_000, compressOverBytes: Infinity })
  const text = 'x'.repeat(1_100_000)
  const refused = { code: 'ERR_CACHE_VALUE', key: 'k' }
  for (const _ of [1, 2]) await expect(cache.set('k', text)).rejects.toMatchObject(refused)
  await expect(cache.add('k', text)).rejects.toMatchObject(refused)
  for (const _ of [1, 2]) expect(await cache.getOrSet('l', () => text)).toBe(text)
  expect(cache.stats().tiersDown).toEqual([])
  await cache.set('k', 'short')
  expect(await cache.get('k')).toBe('short')
  await cache.close()
})

test('a value that the nearer of two tiers does not take stays in the farther one, and neither is taken for down', async () => {
  const near = memcachedTier({ port, timeoutMs: 2_000, breakerFailures: 1 })
  const far = { ...memcachedTier({ port, timeoutMs: 2_000 }), name: 'far', maxPayloadBytes: 1_000 }
  const farther = { ...far, open: (context: TierContext) => far.open({ ...context, namespace: 'far' }) }
  const narrow = { ...near, maxPayloadBytes: 100 }
  const cache = createCache({ namespace: 'near', tiers: [narrow, farther] })
  const text = 'x'.repeat(500)
  await cache.set('k', text)
  expect([await cache.get('k'), await cache.getOrSet('k', () => 'loaded')]).toEqual([text, text])
  expect((await cache.explain('k')).tiers.map(({ state }) => state)).toEqual(['absent', 'fresh'])
  expect(cache.stats().tiersDown).toEqual([])
  await cache.close()
})

test('more keys than one call takes are read at once', async () => {
  const cache = createCache({ namespace: 'many', tiers: [memcachedTier({ port, timeoutMs: 20_000 })] })
  const keys = Array.from({ length: 25_000 }, (_, index) => `none-${index}`)
  await cache.setMany(keys.slice(-3).map((key) => [key, key] as const))
  expect((await cache.getMany(keys)).filter((value) => value !== undefined)).toEqual(keys.slice(-3))
  await cache.close()
})
