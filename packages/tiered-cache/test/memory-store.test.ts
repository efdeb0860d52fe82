import { describe, expect, test } from 'vitest'
import type { Known } from '../src/held-value.ts'
import { MemoryStore } from '../src/memory-store.ts'
import { memoryTier } from '../src/memory-tier.ts'

const known = (value: unknown, rest: Partial<Known> = {}): Known => ({
  value,
  isMutable: false,
  softAt: 100,
  hardAt: 200,
  tags: [],
  etag: undefined,
  loadMs: 0,
  bytes: 10,
  ...rest,
})

const create = (maxEntries = 10, maxBytes?: number) => new MemoryStore({ maxEntries, maxBytes })
const put = (store: MemoryStore, id: string, rest: Partial<Known> = {}) =>
  store.fill(store.claim(id), known(id, rest), 100)

describe('a memory store', () => {
  test('drops what was used least recently', () => {
    const store = create(2)
    put(store, 'a')
    put(store, 'b')
    store.read('a')
    put(store, 'c')
    expect([store.read('a')?.value, store.read('b'), store.read('c')?.value]).toEqual(['a', undefined, 'c'])
  })

  test('holds no more bytes than it may, and nothing that alone exceeds them', () => {
    const store = create(100, 1_000)
    for (let index = 0; index < 50; index++) put(store, `k${index}`)
    expect(store.byteCount).toBeLessThanOrEqual(1_000)
    expect(store.entryCount).toBeLessThan(10)
    put(store, 'k49', { bytes: 2_000 })
    expect(store.read('k49')).toBeUndefined()
  })

  test.for<[string, (store: MemoryStore) => unknown]>([
    ['a delete', (store) => store.delete('k')],
    ['an expiry', (store) => store.expire('k', 50)],
    ['a flush', (store) => store.flush()],
    ['another claim', (store) => store.claim('k')],
    ['the invalidation of its tag', (store) => store.invalidateTags(['t'])],
  ])('stores nothing under a claim that %s has overtaken', ([, overtake]) => {
    const store = create()
    const claim = store.claim('k')
    overtake(store)
    expect(store.fill(claim, known('old', { tags: ['t'] }), 100)).toBe(false)
    expect(store.read('k')).toBeUndefined()
  })

  test('stores once under a claim, and nothing under one that was released', () => {
    const store = create()
    const claim = store.claim('k')
    expect([store.fill(claim, known(1), 100), store.fill(claim, known(2), 100)]).toEqual([true, false])
    const released = store.claim('k')
    store.release(released)
    expect(store.fill(released, known(3), 100)).toBe(false)
    expect(store.read('k')?.value).toBe(1)
  })

  test('forgets by tag, also when another tag was invalidated before', () => {
    const store = create()
    put(store, 'a', { tags: ['t', 'u'] })
    put(store, 'b', { tags: ['v'] })
    store.invalidateTags(['x'])
    expect([store.read('a')?.value, store.read('b')?.value]).toEqual(['a', 'b'])
    store.invalidateTags(['u'])
    expect([store.read('a'), store.read('b')?.value]).toEqual([undefined, 'b'])
  })

  test('errs on the side of forgetting when it cannot remember every tag', () => {
    const store = create(2)
    put(store, 'a', { tags: ['t'] })
    store.invalidateTags(['t'])
    store.invalidateTags(['u', 'v', 'w'])
    expect(store.read('a')).toBeUndefined()
  })

  test('makes stale what it holds, at once, and keeps it', () => {
    const store = create()
    put(store, 'a')
    store.expire('a', 50)
    expect(store.read('a')).toMatchObject({ value: 'a', softAt: 50, serveUntil: 0, freshUntil: 0, hardAt: 200 })
  })

  test('never serves beyond the end of an entry', () => {
    const store = create()
    store.fill(store.claim('a'), known('a'), 500)
    expect(store.read('a')?.serveUntil).toBe(200)
    store.prolong('a', known('a'), 900)
    expect(store.read('a')?.serveUntil).toBe(200)
  })
})

describe('prolonging', () => {
  test('lets a value be served longer, unless it was made stale meanwhile', () => {
    const store = create()
    put(store, 'a')
    store.prolong('a', known('a'), 150)
    expect(store.read('a')?.serveUntil).toBe(150)
    store.expire('a', 60)
    store.prolong('a', known('a'), 180)
    expect(store.read('a')?.serveUntil).toBe(0)
  })
})

describe('memoryTier', () => {
  test.for<[string, object, typeof TypeError | typeof RangeError]>([
    ['no bound', {}, TypeError],
    ['a bound of 0', { maxEntries: 0 }, RangeError],
    ['a fraction of a byte', { maxEntries: 1, maxBytes: 0.5 }, RangeError],
    ['a misspelt option', { maxEntries: 1, maxByte: 1 }, TypeError],
  ])('refuses %s', ([, options, kind]) => {
    expect(() => memoryTier(options as { maxEntries: number })).toThrow(kind)
  })
})
