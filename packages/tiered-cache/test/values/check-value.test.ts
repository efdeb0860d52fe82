import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkValue } from '../../src/values/check-value.ts'
import { copyValue } from '../../src/values/copy-value.ts'
import { freezeValue } from '../../src/values/freeze-value.ts'

class Book {}
const cyclic: { self?: unknown } = {}
cyclic.self = cyclic

describe('checkValue', () => {
  test.for<[string, unknown, string]>([
    ['undefined', undefined, "'value'"],
    [
      'a function',
      { f: () => 1 },
      "'value.f' must be data that comes back the same: current value is of type function",
    ],
    ['a symbol', [Symbol('s')], "'value[0]'"],
    ['an instance of a class', { list: [{ book: new Book() }] }, "'value.list[0].book'"],
    ['an object without a prototype', Object.create(null), 'an object without a prototype'],
    ['an array with holes', Array(3), 'an array with holes'],
    [
      'an array with a member of its own',
      Object.assign([1], { extra: 1 }),
      'an array with holes or members of its own',
    ],
    ['an array of another class', new (class Rows extends Array {})(), 'an instance of Rows'],
    ['a hidden member', Object.defineProperty({}, 'x', { value: 1 }), 'hidden members'],
    ['a symbol as name', { [Symbol('s')]: 1 }, 'hidden members'],
    ['an accessor', Object.defineProperty({}, 'x', { get: () => 1, enumerable: true }), "an accessor 'x'"],
    ['a member __proto__', JSON.parse('{"a":{"__proto__":1}}'), "'value.a'"],
    ['itself', cyclic, 'contains itself'],
    ['a class made from Map', new Map([[1, new (class Rows extends Map {})()]]), "'value[0]'"],
    ['a Date with a member', Object.assign(new Date(), { a: 1 }), 'with members of its own'],
    ['an Error', { e: new Error('x') }, 'an instance of Error'],
    ['a Promise', Promise.resolve(), 'an instance of Promise'],
    ['a regular expression', /x/, 'an instance of RegExp'],
  ])('refuses %s and says where', ([, value, message]) => {
    expect(() => checkValue(value, 'book:1', true)).toThrow(TypeError)
    expect(() => checkValue(value, 'book:1', true)).toThrow(message)
  })

  test('freezes nothing when it refuses anything', () => {
    const good = { a: 1 }
    expect(() => checkValue([good, () => 1], 'k', true)).toThrow(TypeError)
    expect(Object.isFrozen(good)).toBe(false)
  })

  test('freezes in depth, and says what cannot be frozen', () => {
    const value = { list: [{ a: 1 }], map: new Map([[1, { b: 1 }]]) }
    expect(checkValue(value, 'k', true)).toMatchObject({ isMutable: true, isPlain: false })
    expect([value, value.list, value.list[0], value.map.get(1)].every(Object.isFrozen)).toBe(true)
    expect(checkValue({ a: [1, null, 'x'] }, 'k', true)).toMatchObject({ isMutable: false, isPlain: true })
  })

  test('freezes nothing when it is told not to', () => {
    const value = { a: 1 }
    checkValue(value, 'k', false)
    expect(Object.isFrozen(value)).toBe(false)
  })

  test('tells what needs more than JSON', () => {
    for (const value of [NaN, -0, 1n, { a: undefined }, [undefined], new Date()])
      expect(checkValue(value, 'k', false).isPlain).toBe(false)
  })

  test('counts about as many bytes as JSON would take', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { bytes } = checkValue(value, 'k', false)
        expect(bytes).toBeGreaterThanOrEqual(JSON.stringify(value).length / 6)
      }),
    )
  })
})

describe('copyValue', () => {
  test('shares nothing that can be changed', () => {
    const value = Object.freeze({
      at: new Date(1),
      map: new Map([[1, new Set([2])]]),
      bytes: Buffer.from('x'),
      u: undefined,
    })
    const copy = copyValue(value) as typeof value
    expect(copy).toStrictEqual(value)
    expect(Object.isFrozen(copy)).toBe(true)
    copy.at.setTime(9)
    copy.map.get(1)?.add(3)
    copy.bytes[0] = 0
    expect(value).toStrictEqual({
      at: new Date(1),
      map: new Map([[1, new Set([2])]]),
      bytes: Buffer.from('x'),
      u: undefined,
    })
  })

  test('copies every kind of binary data', () => {
    const { buffer } = new Uint8Array([1, 2, 3, 4])
    for (const value of [buffer, new DataView(buffer, 1, 2), new Int16Array(buffer), new Uint8ClampedArray(buffer, 1)])
      expect(copyValue(value)).toStrictEqual(value)
  })
})

describe('freezeValue', () => {
  test('tells whether something cannot be frozen, however deep', () => {
    expect(freezeValue({ a: [{ b: 1 }] })).toBe(false)
    expect(freezeValue({ a: [{ b: new Date() }] })).toBe(true)
    expect(freezeValue(new Map([[1, { a: 1 }]]))).toBe(true)
  })
})
