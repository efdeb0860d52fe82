import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  createCache,
  memoryTier,
  type Cache,
  type CacheOptions,
  type Handle,
  type MemoryTier,
  type SharedTier,
} from '../src/index.ts'

declare const cache: Cache

test('tiers stand with memory above, and there is at least one', () => {
  type TiersOf = CacheOptions['tiers']
  expectTypeOf<[MemoryTier]>().toExtend<TiersOf>()
  expectTypeOf<[SharedTier]>().toExtend<TiersOf>()
  expectTypeOf<[MemoryTier, SharedTier]>().toExtend<TiersOf>()
  expectTypeOf<[MemoryTier, SharedTier, SharedTier]>().toExtend<TiersOf>()
  expectTypeOf<[SharedTier, MemoryTier]>().not.toExtend<TiersOf>()
  expectTypeOf<[MemoryTier, MemoryTier]>().not.toExtend<TiersOf>()
  expectTypeOf<[]>().not.toExtend<TiersOf>()
})

test('a memory tier without a bound does not compile', () => {
  // @ts-expect-error maxEntries is missing
  memoryTier({})
})

test('an unknown option does not compile', () => {
  // @ts-expect-error tags belong to an entry
  createCache({ namespace: 'n', tiers: [memoryTier({ maxEntries: 1 })], tags: [] })
})

test('the type of a value is that of its loader, awaited', () => {
  expectTypeOf(cache.getOrSet('k', () => ({ id: 1 }))).toEqualTypeOf<Promise<{ id: number }>>()
  expectTypeOf(cache.getOrSet(['k', 1], async () => 'text', { ttlMs: 1, tags: ['t'] })).toEqualTypeOf<Promise<string>>()
})

test('a loader that uses its context keeps its type', () => {
  const value = cache.getOrSet('k', (context) => {
    context.set({ ttlMs: 1 })
    return context.stale === undefined ? 5 : context.notModified()
  })
  expectTypeOf(value).toEqualTypeOf<Promise<number>>()
})

test('a loader of many gets the keys and gives the type of the values', () => {
  const values = cache.getOrSetMany(
    [1, 2].map((id) => ['user', id] as const),
    async (missing) => {
      expectTypeOf(missing).toEqualTypeOf<readonly (readonly ['user', number])[]>()
      return missing.map(([, id]) => ({ id }))
    },
  )
  expectTypeOf(values).toEqualTypeOf<Promise<{ id: number }[]>>()
})

test('what was not loaded may be missing', () => {
  expectTypeOf(cache.peek<string>('k')).toEqualTypeOf<string | undefined>()
  expectTypeOf(cache.get('k')).toEqualTypeOf<Promise<unknown>>()
})

test('an object is not a key', () => {
  // @ts-expect-error it would need an order of its members
  void cache.get({ id: 1 })
})

test('a handle has the types of its key, loader and schema', () => {
  const users = cache.define({ key: (id: number) => ['user', id], load: async (id) => ({ id }) })
  expectTypeOf(users).toEqualTypeOf<Handle<number, { id: number }>>()
  const schema = z.object({ name: z.string() })
  const checked = cache.define({ key: (id: string) => id, schema, load: (id) => ({ name: id }) })
  expectTypeOf(checked.get('a')).toEqualTypeOf<Promise<{ name: string }>>()
  // @ts-expect-error the key is a number
  void users.get('1')
})
