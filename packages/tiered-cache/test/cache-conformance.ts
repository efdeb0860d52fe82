import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Cache } from '../src/cache.ts'
import type { LoadContext } from '../src/load-context.ts'
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

    test('refuses a value that would not come back the same, naming the key, and loads the next time', async () => {
      const cache = create()
      class Book {}
      const refused = cache.getOrSet<unknown>(['book', 1], () => ({ at: new Book() }))
      await expect(refused).rejects.toThrow(/\[book,1.* as 'value\.at' must be data .* an instance of Book/)
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

    test('gives back every kind of value as it was', async () => {
      const cache = create()
      const value = () => ({
        at: new Date(5),
        map: new Map<unknown, unknown>([['a', new Set([1n])]]),
        bytes: Buffer.from('x'),
        floats: new Float32Array([1.5]),
        missing: undefined,
        odd: [NaN, Infinity, null],
        $: 'Date',
      })
      await cache.getOrSet('loaded', value)
      await cache.set('set', value())
      for (const key of ['loaded', 'set', 'loaded', 'set']) expect(await cache.get(key)).toStrictEqual(value())
    })

    test('gives each hit its own copy of what cannot be frozen', async () => {
      const cache = create()
      const value = await cache.getOrSet('k', () => new Map([['a', 1]]))
      value.set('b', 2)
      const hit = await cache.getOrSet('k', () => new Map<string, number>())
      expect(hit).toEqual(new Map([['a', 1]]))
      hit.clear()
      expect(await cache.get('k')).toEqual(new Map([['a', 1]]))
    })

    test('hands on what is too large, and refuses to set it', async () => {
      const cache = create({ maxValueBytes: 100 })
      const long = 'x'.repeat(200)
      expect(await cache.getOrSet('k', () => long)).toBe(long)
      expect(await cache.get('k')).toBeUndefined()
      await expect(cache.set('k', long)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE', key: 'k' })
    })

    test('sets, gets and deletes several keys at a time', async () => {
      const cache = create()
      await cache.setMany([
        ['a', 1],
        [['b', 2], 2],
        ['c', 3],
      ])
      await cache.deleteMany(['c', 'd'])
      expect(await cache.getMany(['a', ['b', 2], 'c', 'd', 'a'])).toEqual([1, 2, undefined, undefined, 1])
      expect([await cache.has('a'), await cache.has('c')]).toEqual([true, false])
    })

    test('loads what is missing of several keys by one call, and joins a load under way', async () => {
      const cache = create()
      await cache.set('a', 'A')
      const slow = gate<string>()
      const first = cache.getOrSet('b', slow.load)
      await slow.entered
      const calls: (readonly string[])[] = []
      const load = async (missing: readonly string[]) => {
        calls.push(missing)
        return missing.map((key) => key.toUpperCase())
      }
      const many = cache.getOrSetMany(['a', 'b', 'c', 'd', 'c'], load)
      await expect.poll(() => calls.length).toBe(1)
      slow.open('from elsewhere')
      expect(await many).toEqual(['A', 'from elsewhere', 'C', 'D', 'C'])
      expect([await first, calls, await cache.get('d')]).toEqual(['from elsewhere', [['c', 'd']], 'D'])
    })

    test('fails for one of several keys alone, and keeps the others', async () => {
      const cache = create()
      const load = (missing: readonly string[]) => missing.map((key) => (key === 'b' ? new Error('no b') : key))
      await expect(cache.getOrSetMany(['a', 'b'], load)).rejects.toThrow('no b')
      await expect.poll(() => cache.get('a')).toBe('a')
      await expect(cache.getOrSetMany(['x', 'y'], () => [1])).rejects.toThrow('an array with a value for each')
    })

    test('leaves no load behind, whose failure nobody would hear of, when one of several keys is refused', async () => {
      const cache = create()
      const fail = async () => {
        await new Promise(setImmediate)
        throw new Error('unheard')
      }
      const handle = cache.define({ key: (key: string) => key, load: fail })
      await expect(cache.getOrSetMany(['a', ''], fail)).rejects.toThrow('not be empty')
      await expect(handle.getMany(['b', ''])).rejects.toThrow('not be empty')
      // An unhandled rejection fails the run; by then it would be there.
      await expect.poll(() => cache.stats()).toMatchObject({ loading: 0, loadFailures: 2 })
    })

    test('adds only where nothing is', async () => {
      const cache = create()
      const added = await Promise.all([cache.add('k', 1), cache.add('k', 2), cache.add('k', 3)])
      expect(added.filter(Boolean)).toHaveLength(1)
      expect(await cache.get('k')).toBe(added.indexOf(true) + 1)
    })

    test('counts in one step', async () => {
      const cache = create()
      await Promise.all(Array.from({ length: 20 }, () => cache.incr('n')))
      expect([await cache.get('n'), await cache.decr('n', 5), await cache.incr('n', 0)]).toEqual([20, 15, 15])
      await cache.set('m', 41)
      expect([await cache.incr('m'), await cache.get('m')]).toEqual([42, 42])
    })

    test('refuses to count what is no integer, and leaves it', async () => {
      const cache = create()
      await cache.setMany([
        ['text', '5'],
        ['half', 0.5],
        ['large', Number.MAX_SAFE_INTEGER],
      ])
      for (const key of ['text', 'half', 'large']) await expect(cache.incr(key)).rejects.toThrow(TypeError)
      await expect(cache.incr('n', 0.5)).rejects.toThrow(RangeError)
      expect(await cache.getMany(['text', 'half', 'large'])).toEqual(['5', 0.5, Number.MAX_SAFE_INTEGER])
    })

    test('gives a value another lifetime', async () => {
      const cache = create()
      await cache.set('k', 1, { ttlMs: 60_000 })
      expect([await cache.touch('k', { ttlMs: 5_000 }), await cache.touch('none')]).toEqual([true, false])
      const { tiers } = await cache.explain('k')
      expect(tiers.at(-1)).toMatchObject({ state: 'fresh' })
      expect(tiers.at(-1)?.softMs).toBeLessThanOrEqual(5_000)
      expect(await cache.get('k')).toBe(1)
    })

    test('makes a value stale by expire, and fences what is being loaded', async () => {
      const cache = create({ staleIfErrorMs: 60_000 })
      await cache.set('k', 'old')
      await cache.expire('k')
      expect([cache.peek('k'), await cache.get('k')]).toEqual([undefined, undefined])
      const slow = gate<string>()
      const before = cache.getOrSet('k', slow.load)
      await slow.entered
      await cache.expire('k')
      slow.open('too old')
      await before
      expect(await cache.get('k')).toBeUndefined()
      const fail = () => {
        throw new Error('source is down')
      }
      expect(await cache.getOrSet<string>('k', fail)).toBe('old')
    })

    test('keeps the etag of what it touches', async () => {
      const cache = create({ staleIfErrorMs: 60_000 })
      const seen: unknown[] = []
      const load = ({ stale, set }: LoadContext) => {
        seen.push(stale?.etag)
        set({ etag: '"1"' })
        return 'value'
      }
      await cache.getOrSet('k', load)
      await cache.touch('k', { ttlMs: 50_000 })
      await cache.expire('k')
      await cache.getOrSet('k', load)
      expect(seen).toEqual([undefined, '"1"'])
    })

    test('clears everything, what is being loaded included', async () => {
      const cache = create()
      await cache.setMany([
        ['a', 1],
        ['b', 2],
      ])
      const slow = gate<string>()
      const before = cache.getOrSet('c', slow.load)
      await slow.entered
      await cache.clear()
      slow.open('too old')
      expect([await before, await cache.getMany(['a', 'b', 'c'])]).toEqual([
        'too old',
        [undefined, undefined, undefined],
      ])
      await cache.set('a', 3)
      expect(await cache.get('a')).toBe(3)
    })

    test('loads anew when told to, and serves the old value until then', async () => {
      const cache = create()
      await cache.getOrSet('k', () => 'old')
      expect(await cache.refresh('k', () => 'new')).toBe('new')
      expect(await cache.getOrSet('k', () => 'newer')).toBe('new')
    })

    test('keeps versions apart', async () => {
      const namespace = `test-${randomUUID()}`
      const [first, second] = [create({ namespace, version: 1 }), create({ namespace, version: 2 })]
      await first.set('k', 1)
      expect([await first.get('k'), await second.get('k')]).toEqual([1, undefined])
    })

    test('counts what it does', async () => {
      const cache = create()
      await cache.getOrSet('k', () => 1)
      await cache.getOrSet('k', () => 1)
      await expect(cache.getOrSet('failing', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
      const { memoryHits, tierHits, loads, loadFailures, isCoherent, tiersDown } = cache.stats()
      const hits = memoryHits + Object.values(tierHits).reduce((sum, count) => sum + count, 0)
      expect([hits, loads, loadFailures, isCoherent, tiersDown]).toEqual([1, 2, 1, true, []])
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
