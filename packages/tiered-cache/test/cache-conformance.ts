import { describe, expect, test } from 'vitest'
import type { Cache } from '../src/cache.ts'
import type { CacheOptions } from '../src/options.ts'
import { gate } from './gate.ts'

/** What a cache does whatever its tiers. `create` makes one that shares nothing with any before. */
export function cacheConformance(name: string, create: (options?: Partial<CacheOptions>) => Cache): void {
  describe(`a cache of ${name}`, () => {
    test('loads once and returns what it has from then on', async () => {
      const cache = create()
      let loads = 0
      const load = () => ({ load: ++loads })
      expect(await cache.getOrSet('k', load)).toEqual({ load: 1 })
      expect(await cache.getOrSet('k', load)).toEqual({ load: 1 })
      expect(await cache.get('k')).toEqual({ load: 1 })
    })

    test('gives 10,000 callers of a cold key one load and one promise', async () => {
      const cache = create()
      const { load, calls, open } = gate<number>()
      const promises = Array.from({ length: 10_000 }, () => cache.getOrSet('k', load))
      open(7)
      expect(new Set(await Promise.all(promises))).toEqual(new Set([7]))
      expect([calls(), new Set(promises).size]).toEqual([1, 1])
    })

    test('shares a failure among those who wait and does not keep it', async () => {
      const cache = create()
      const { load, calls, fail } = gate<number>()
      const promises = Array.from({ length: 10 }, () => cache.getOrSet('k', load))
      fail(new Error('source is down'))
      const outcomes = await Promise.allSettled(promises)
      expect(outcomes.every((one) => one.status === 'rejected' && String(one.reason).includes('source is down'))).toBe(
        true,
      )
      expect(calls()).toBe(1)
      expect(await cache.getOrSet('k', () => 2)).toBe(2)
    })

    test('rejects with what a loader throws at once', async () => {
      const cache = create()
      const load = () => {
        throw new Error('at once')
      }
      await expect(cache.getOrSet('k', load)).rejects.toThrow('at once')
    })

    test('keeps null', async () => {
      const cache = create()
      await cache.getOrSet('k', () => null)
      expect(await cache.getOrSet('k', () => 'loaded again')).toBeNull()
      expect(await cache.get('k')).toBeNull()
    })

    test('hands undefined on and does not keep it', async () => {
      const cache = create()
      expect(await cache.getOrSet<number | undefined>('k', () => undefined)).toBeUndefined()
      expect(await cache.getOrSet('k', () => 2)).toBe(2)
    })

    test('refuses a value that JSON would change, naming the key, and loads the next time', async () => {
      const cache = create()
      const refused = cache.getOrSet<unknown>(['book', 1], () => ({ at: new Date(0) }))
      await expect(refused).rejects.toThrow(/book:1.* as 'value\.at' must be plain JSON data/)
      await expect(cache.set('k', undefined)).rejects.toThrow(TypeError)
      expect(await cache.getOrSet(['book', 1], () => 1)).toBe(1)
    })

    test('freezes what it returns, so that no caller changes what others get', async () => {
      const cache = create()
      const book = await cache.getOrSet('k', () => ({ title: 'Dune' }))
      expect(() => {
        book.title = 'changed'
      }).toThrow(TypeError)
      expect(await cache.get('k')).toEqual({ title: 'Dune' })
    })

    test('forgets an entry when its time is over', async () => {
      const cache = create()
      await cache.set('k', 1, { ttlMs: 20 })
      await expect.poll(() => cache.get('k')).toBeUndefined()
    })

    test('returns what was set', async () => {
      const cache = create()
      await cache.getOrSet('k', () => 'loaded')
      await cache.set('k', 'set')
      expect(await cache.get('k')).toBe('set')
    })

    test('returns nothing for what was deleted', async () => {
      const cache = create()
      await cache.set('k', 1)
      await cache.delete('k')
      expect(await cache.get('k')).toBeUndefined()
      expect(cache.peek('k')).toBeUndefined()
    })

    test('invalidates by tag', async () => {
      const cache = create()
      await cache.getOrSet('a', () => 1, { tags: ['book:1', 'reviews'] })
      await cache.set('b', 2, { tags: ['book:2'] })
      await cache.invalidateTags(['reviews'])
      expect([await cache.get('a'), await cache.get('b')]).toEqual([undefined, 2])
    })

    test('hands a load to those who waited before a delete and does not keep it', async () => {
      const cache = create()
      const old = gate<string>()
      const before = cache.getOrSet('k', old.load)
      await old.entered
      await cache.delete('k')
      const after = cache.getOrSet('k', () => 'new')
      expect(await after).toBe('new')
      old.open('old')
      expect(await before).toBe('old')
      expect([await cache.get('k'), await cache.getOrSet('k', () => 'newer')]).toEqual(['new', 'new'])
    })

    test('keeps nothing of a load that a delete has overtaken', async () => {
      const cache = create()
      const old = gate<string>()
      const before = cache.getOrSet('k', old.load)
      await old.entered
      await cache.delete('k')
      old.open('old')
      await before
      expect([cache.peek('k'), await cache.get('k')]).toEqual([undefined, undefined])
    })

    test('lets a set win over a load under way', async () => {
      const cache = create()
      const old = gate<string>()
      const before = cache.getOrSet('k', old.load)
      await old.entered
      await cache.set('k', 'set')
      old.open('old')
      await before
      expect([await cache.get('k'), await cache.get('k')]).toEqual(['set', 'set'])
    })

    test('keeps nothing of a load that the invalidation of its tag has overtaken', async () => {
      const cache = create()
      const old = gate<string>()
      const before = cache.getOrSet('k', old.load, { tags: ['t'] })
      await old.entered
      await cache.invalidateTags(['t'])
      const after = cache.getOrSet('k', () => 'new', { tags: ['t'] })
      old.open('old')
      await Promise.all([before, after])
      expect(await cache.get('k')).not.toBe('old')
      expect(await cache.getOrSet('k', () => 'new', { tags: ['t'] })).toBe('new')
    })

    test('leaves a load alone when another tag is invalidated', async () => {
      const cache = create()
      const slow = gate<string>()
      const first = cache.getOrSet('k', slow.load, { tags: ['t'] })
      await slow.entered
      await cache.invalidateTags(['other'])
      const second = cache.getOrSet('k', slow.load, { tags: ['t'] })
      slow.open('value')
      expect(await Promise.all([first, second])).toEqual(['value', 'value'])
      expect([slow.calls(), await cache.get('k')]).toEqual([1, 'value'])
    })

    test('ends with nothing when a set and then a delete are under way together', async () => {
      const cache = create()
      await Promise.all([cache.set('k', 1), cache.delete('k')])
      expect(await cache.getOrSet('k', () => 2)).toBe(2)
    })

    test('no longer joins a load that has run for longer than leaseMs', async () => {
      const cache = create({ leaseMs: 20, waitMs: 1 })
      const hung = gate<string>()
      const first = cache.getOrSet('k', hung.load)
      await hung.entered
      const second = gate<string>()
      second.open('second')
      const promises = [first]
      await expect.poll(() => promises.push(cache.getOrSet('k', second.load)) && second.calls()).toBe(1)
      hung.open('first')
      expect(new Set(await Promise.all(promises))).toEqual(new Set(['first', 'second']))
    })

    test('refuses bad keys, tags and options', async () => {
      const cache = create()
      expect(() => cache.getOrSet('', () => 1)).toThrow(TypeError)
      expect(() => cache.getOrSet('k', () => 1, { ttlMs: 0 })).toThrow(RangeError)
      expect(() => cache.getOrSet('k', () => 1, { tag: [] } as object)).toThrow("did you mean 'tags'?")
      expect(() => cache.peek([])).toThrow(TypeError)
      await expect(cache.get('')).rejects.toThrow(TypeError)
      await expect(cache.set('k', 1, { ttlMs: 2 ** 31 })).rejects.toThrow(RangeError)
      await expect(cache.invalidateTags([''])).rejects.toThrow(RangeError)
    })

    test('loads without keeping, and refuses changes, once it is closed', async () => {
      const cache = create()
      await cache.set('k', 1)
      await cache.close()
      await cache.close()
      expect([cache.peek('k'), await cache.get('k')]).toEqual([undefined, undefined])
      expect(await cache.getOrSet('k', () => 2)).toBe(2)
      expect(await cache.getOrSet('k', () => 3)).toBe(3)
      const closed = { code: 'ERR_CACHE_CLOSED' }
      await expect(cache.set('k', 4)).rejects.toMatchObject(closed)
      await expect(cache.delete('k')).rejects.toMatchObject(closed)
      await expect(cache.invalidateTags(['t'])).rejects.toMatchObject(closed)
    })
  })
}
