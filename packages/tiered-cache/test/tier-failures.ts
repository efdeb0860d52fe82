import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Service } from '@seawall/services'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CacheLoadMessage, CacheReadMessage } from '../src/channels.ts'
import { createCache } from '../src/create-cache.ts'
import { memoryTier } from '../src/memory-tier.ts'
import type { SharedTier } from '../src/tier.ts'
import type { SharedTierOptions } from '../src/tier-limits.ts'
import { gate } from './gate.ts'
import { acquireOne, openIn, requestOf } from './tier-conformance.ts'

/** A tier on a server that may be frozen and killed. */
export interface FailingTier {
  readonly service: Service
  /** Makes a tier with these options. */
  readonly create: (options: SharedTierOptions) => SharedTier
}

const timeoutMs = 250
const patience = { timeout: 10_000 }

/** What a cache does over a tier whose server hangs, is killed and comes back. */
export function tierFailures(name: string, { service, create }: FailingTier): void {
  let reads: CacheReadMessage[] = []
  let loads: CacheLoadMessage[] = []
  let count = 0
  const noteRead = (message: unknown) => reads.push(message as CacheReadMessage)
  const noteLoad = (message: unknown) => loads.push(message as CacheLoadMessage)
  const namespace = () => `failures-${name}-${++count}`
  const failed = { name: 'CacheTierError', code: 'ERR_CACHE_TIER', tier: name }
  const overTier = (options: SharedTierOptions = {}) =>
    createCache({ namespace: namespace(), tiers: [create({ timeoutMs, breakerFailures: 2, ...options })] })
  const overMemory = () =>
    createCache({ namespace: namespace(), tiers: [memoryTier({ maxEntries: 10 }), create({ timeoutMs })] })

  beforeEach(async () => {
    const cache = createCache({ namespace: namespace(), tiers: [create({ timeoutMs: 5_000 })] })
    await expect.poll(() => cache.set('warm', 1).then(() => true, String), patience).toBe(true)
    await cache.close()
    reads = []
    loads = []
    subscribe('seawall:tiered-cache:read', noteRead)
    subscribe('seawall:tiered-cache:load', noteLoad)
  })
  afterEach(async () => {
    unsubscribe('seawall:tiered-cache:read', noteRead)
    unsubscribe('seawall:tiered-cache:load', noteLoad)
    await service.resume()
  })

  describe(`when ${name} hangs, a cache`, () => {
    test('serves from the loader within the deadline, then without asking, and from the tier when it is back', async () => {
      const cache = overTier({ breakerMs: 400 })
      await cache.set('k', 'kept')
      await service.pause()
      for (const _ of [1, 2]) expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      const late = expect.stringContaining('No answer within') as unknown
      expect(reads.map(({ error }) => String(error)).slice(0, 2)).toEqual([late, late])
      const asked = reads.length
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      expect(String(reads[asked]?.error)).toContain('left alone for a moment')
      expect(loads.every(({ stored, degraded }) => degraded && !stored)).toBe(true)
      await service.resume()
      await expect.poll(() => cache.getOrSet('k', () => 'loaded'), patience).toBe('kept')
      expect(reads.at(-1)).toMatchObject({ hit: true, degraded: false })
    })

    test('finds nothing, and rejects what would change the tier', async () => {
      const cache = overTier({ breakerMs: 60_000 })
      await service.pause()
      expect(await Promise.all([cache.get('a'), cache.get('b')])).toEqual([undefined, undefined])
      const changes = [cache.delete('k'), cache.set('k', 1), cache.invalidateTags(['t']), cache.clear()]
      const refused = Array.from(
        changes,
        () => expect.objectContaining({ reason: expect.objectContaining(failed) }) as unknown,
      )
      expect(await Promise.allSettled(changes)).toEqual(refused)
    })

    test('forgets in memory what could not be deleted below, and keeps what it loads meanwhile', async () => {
      const cache = overMemory()
      await cache.getOrSet('k', () => 'old', { tags: ['t'] })
      await service.pause()
      expect(cache.peek('k')).toBe('old')
      await expect(cache.delete('k')).rejects.toMatchObject(failed)
      expect(cache.peek('k')).toBeUndefined()
      await cache.getOrSet('k', () => 'loaded')
      expect(cache.peek('k')).toBe('loaded')
    })

    test('hands on what was loaded when the tier hangs between the load and the fill', async () => {
      const cache = overTier()
      const { load, entered, open } = gate<string>()
      const value = cache.getOrSet('k', load)
      await entered
      await service.pause()
      open('loaded')
      expect(await value).toBe('loaded')
      expect(loads).toMatchObject([{ stored: false, degraded: true }])
    })

    test('gives back a lease that is granted after the deadline', async () => {
      const tier = create({ timeoutMs })
      const space = namespace()
      const cache = createCache({ namespace: space, tiers: [tier] })
      const store = openIn(tier, space)
      await store.read(['k'])
      const { load, entered, open } = gate<string>()
      const value = cache.getOrSet('other', load)
      await entered
      await service.pause()
      const late = cache.getOrSet('k', () => 'loaded')
      expect(await late).toBe('loaded')
      open('done')
      await value
      await service.resume()
      const acquire = async () => (await acquireOne(store, requestOf('k'))).state
      await expect.poll(acquire, patience).toBe('lease')
      await store.close()
    })

    test('closes within the deadline', async () => {
      const cache = overTier()
      await service.pause()
      const value = cache.getOrSet('k', () => 'loaded')
      await cache.close()
      expect(await value).toBe('loaded')
    })
  })

  describe(`when ${name} is killed, a cache`, () => {
    test('serves from the loader, and stores again when the server is back with nothing', async () => {
      const cache = overTier({ breakerMs: 50 })
      await cache.getOrSet('k', () => 'before')
      await service.kill()
      expect(await cache.getOrSet('k', () => 'meanwhile')).toBe('meanwhile')
      await expect(cache.delete('k')).rejects.toMatchObject(failed)
      await service.restart()
      let version = 0
      const load = async () => {
        await cache.getOrSet('k', () => ++version)
        return loads.at(-1)?.stored
      }
      await expect.poll(load, patience).toBe(true)
      expect(await cache.get('k')).toBe(version)
    }, 30_000)
  })
}
