import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assertWellFormed, encodeKey, type CacheKey } from '../src/encode-key.ts'

describe('encodeKey', () => {
  test.for<[CacheKey, string]>([
    ['book', 'book'],
    ['book:{42}', 'book:{42}'],
    [['book', 42], '[book,42'],
    [['a,b', 'c'], '[a\\,b,c'],
    [['a\\', 'b'], '[a\\\\,b'],
    ['[a,b', '\\[a,b'],
    ['\\x', '\\\\x'],
    [['a', ''], '[a,'],
    [[7], '7'],
  ])('writes %j as %s', ([key, encoded]) => {
    expect(encodeKey(key)).toBe(encoded)
  })

  test('takes a number for its decimal text and a string for one part', () => {
    expect(encodeKey(['book', 42])).toBe(encodeKey(['book', '42']))
    expect(encodeKey('book')).toBe(encodeKey(['book']))
  })

  const part = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '[', ',', '\\', '#', '0'), maxLength: 4 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
  )
  const parts = fc.array(part, { minLength: 1, maxLength: 4 }).filter((list) => list.join(':') !== '')

  test('never writes two lists of parts alike', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other)
        expect(encodeKey(one) === encodeKey(other)).toBe(isSame)
      }),
      { numRuns: 2_000 },
    )
  })

  test('never writes more than 200 characters', () => {
    fc.assert(
      fc.property(parts, (list) => {
        const encoded = encodeKey(list)
        expect(encoded.length).toBeLessThanOrEqual(200)
        expect(Buffer.from(encoded).toString()).toBe(encoded)
      }),
    )
  })

  test('never writes a short key as it writes a long one', () => {
    const long = encodeKey('x'.repeat(500))
    expect(encodeKey(long)).not.toBe(long)
  })

  test('refuses half of a surrogate pair where UTF-8 would lose it', () => {
    expect(() => assertWellFormed('a\ud800')).toThrow(TypeError)
    expect(() => assertWellFormed('a\u{1f600}')).not.toThrow()
    expect(() => encodeKey(`${'x'.repeat(300)}\ud800`)).toThrow(TypeError)
  })

  test('tells long keys apart by their tails and keeps their heads', () => {
    const [one, other] = [encodeKey(`${'x'.repeat(500)}1`), encodeKey(`${'x'.repeat(500)}2`)]
    expect(one).not.toBe(other)
    expect(one.startsWith('x'.repeat(150))).toBe(true)
  })

  test.for<[string, unknown]>([
    ['an empty key', ''],
    ['no parts', []],
    ['one empty part', ['']],
    ['a fraction', ['a', 1.5]],
    ['a number beyond the safe integers', ['a', 2 ** 53]],
    ['a missing part', ['a', undefined]],
    ['an object', { id: 1 }],
    ['nothing', undefined],
  ])('refuses %s', ([, key]) => {
    expect(() => encodeKey(key as CacheKey)).toThrow(TypeError)
  })
})
