import { describe, expect, test } from 'vitest'
import { memoryTier } from '../src/memory-tier.ts'
import type { MemoryTierOptions } from '../src/options.ts'
import { toPlainValue } from '../src/plain-value.ts'
import { tierConformance } from './tier-conformance.ts'

tierConformance('memoryTier', () => memoryTier({ maxEntries: 100 }))

function store(tier: ReturnType<typeof memoryTier>, key: string, value: unknown, tags: string[] = []) {
  return tier.claim(key).fill({ plain: toPlainValue(value, key), ttlMs: 1_000, tags })
}

describe('memoryTier', () => {
  test('makes room by dropping the entry used least recently', () => {
    const tier = memoryTier({ maxEntries: 2 })
    store(tier, 'a', 1)
    store(tier, 'b', 2)
    tier.read('a')
    store(tier, 'c', 3)
    expect(['a', 'b', 'c'].map((key) => tier.read(key)?.plain.value)).toEqual([1, undefined, 3])
  })

  test('keeps the bytes of keys and JSON text below maxBytes', () => {
    const tier = memoryTier({ maxEntries: 100, maxBytes: 50 })
    store(tier, 'a', 'x'.repeat(20))
    store(tier, 'b', 'x'.repeat(20))
    store(tier, 'c', 'x'.repeat(20))
    expect(['a', 'b', 'c'].map((key) => tier.read(key) !== undefined)).toEqual([false, true, true])
  })

  test('does not hold an entry larger than maxBytes, nor the one it was to replace', () => {
    const tier = memoryTier({ maxEntries: 100, maxBytes: 50 })
    store(tier, 'a', 'small')
    store(tier, 'a', 'x'.repeat(100))
    expect(tier.read('a')).toBeUndefined()
  })

  test('forgets an entry in the very millisecond that its time is over', () => {
    let now = 0
    const tier = memoryTier({ maxEntries: 1, now: () => now })
    store(tier, 'a', 1)
    now = 999.9
    expect(tier.read('a')?.ttlMs).toBeCloseTo(0.1)
    now = 1_000
    expect(tier.read('a')).toBeUndefined()
  })

  test('never revives an entry because it has forgotten a tag', () => {
    const tier = memoryTier({ maxEntries: 2 })
    store(tier, 'a', 1, ['old'])
    tier.deleteTags(['old'])
    tier.deleteTags(['x', 'y', 'z'])
    expect(tier.read('a')).toBeUndefined()
  })

  test('holds no leases that were filled, released or broken', () => {
    const tier = memoryTier({ maxEntries: 1 })
    const broken = tier.claim('a')
    tier.close()
    expect(broken.fill({ plain: toPlainValue(1, 'a'), ttlMs: 1_000, tags: [] })).toBe(false)
  })

  test.for<[string, object, string]>([
    ['no bound', {}, "'maxEntries' must be an integer from 1 to 16777216: current value is undefined"],
    ['a bound of zero', { maxEntries: 0 }, "'maxEntries' must be an integer"],
    ['a misspelt option', { maxEntries: 1, maxByte: 1 }, "did you mean 'maxBytes'?"],
    ['a time that is none', { maxEntries: 1, ttlMs: 0 }, "'ttlMs' must be a whole number of milliseconds from 1"],
  ])('refuses %s', ([, options, message]) => {
    expect(() => memoryTier(options as MemoryTierOptions)).toThrow(message)
  })
})
