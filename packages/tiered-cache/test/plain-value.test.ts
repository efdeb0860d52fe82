import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePlainValue, toPlainValue } from '../src/plain-value.ts'

class Book {
  title = 'Dune'
}

describe('toPlainValue', () => {
  const plain = fc.jsonValue({ noUnicodeString: false }).filter((value) => !JSON.stringify(value).includes('__proto__'))

  test('takes every JSON value, and gives the same back through JSON', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const expected = structuredClone(value)
        const text = toPlainValue(value, 'test').json()
        expect(parsePlainValue(text).value).toEqual(JSON.parse(JSON.stringify(expected)))
        expect(parsePlainValue(text).json()).toBe(text)
      }),
    )
  })

  test('takes a value of any kind only when JSON gives the same back', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withNullPrototype: true,
    })
    fc.assert(
      fc.property(anything, (value) => {
        let taken
        try {
          taken = toPlainValue(value, 'test')
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          return
        }
        expect(withoutNegativeZero(parsePlainValue(taken.json()).value)).toStrictEqual(withoutNegativeZero(taken.value))
      }),
      { numRuns: 2_000 },
    )
  })

  const cycle: { self?: unknown } = {}
  cycle.self = { again: cycle }
  const sparse = ['a']
  sparse[2] = 'c'
  const disguised: string[] & { extra?: string } = []
  disguised[1] = 'b'
  disguised.extra = 'x'

  test.for<[string, unknown, string]>([
    ['undefined', undefined, "'value' must be plain JSON data: current value is of type undefined"],
    ['a Date', { at: new Date(0) }, "'value.at' must be plain JSON data: current value is an instance of Date"],
    ['a Map', [new Map()], "'value[0]' must be plain JSON data: current value is an instance of Map"],
    ['a Buffer', Buffer.from('a'), 'an instance of Buffer'],
    ['a BigInt', { n: 1n }, 'of type bigint'],
    ['NaN', [1, NaN], "'value[1]' must be plain JSON data: current value is NaN"],
    ['Infinity', Infinity, 'Infinity'],
    ['an undefined member', { a: { b: undefined } }, "'value.a.b'"],
    ['a function', { toJSON: () => 1 }, "'value.toJSON' must be plain JSON data: current value is of type function"],
    ['a symbol', Symbol('s'), 'of type symbol'],
    ['a class instance', new Book(), 'an instance of Book'],
    ['an object without a prototype', Object.create(null), 'an object without a prototype'],
    [
      'an accessor',
      {
        get now() {
          return 1
        },
      },
      "an accessor 'now'",
    ],
    ['a hidden member', Object.defineProperty({}, 'hidden', { value: 1 }), 'hidden members'],
    ['a member named by a symbol', { [Symbol('s')]: 1 }, 'hidden members'],
    ['an array with holes', sparse, 'an array with holes'],
    ['an array whose hole is made up for', disguised, 'an array with holes'],
    ['a member __proto__', JSON.parse('{"a":{"__proto__":1}}'), "a member '__proto__'"],
    ['a cycle', cycle, 'contains itself'],
  ])('refuses %s and says where it is', ([, value, message]) => {
    expect(() => toPlainValue(value, 'shop:{book}')).toThrow(TypeError)
    expect(() => toPlainValue(value, 'shop:{book}')).toThrow('Cannot cache shop:{book} as ')
    expect(() => toPlainValue(value, 'shop:{book}')).toThrow(message)
  })

  test('freezes what it takes, in depth, also below what is frozen already', () => {
    const inner = { list: [1] }
    toPlainValue(Object.freeze({ inner }), 'test')
    expect([inner, inner.list].every((part) => Object.isFrozen(part))).toBe(true)
  })

  test('freezes nothing of what it refuses', () => {
    const value = { first: [1], second: new Date() }
    expect(() => toPlainValue(value, 'test')).toThrow(TypeError)
    expect([value, value.first].some((part) => Object.isFrozen(part))).toBe(false)
  })
})

describe('parsePlainValue', () => {
  test.for(['', '{', 'undefined', '{"a":{"__proto__":1}}', '{"\\u005f_proto__":1}', '1e999'])('refuses %j', (text) => {
    expect(() => parsePlainValue(text)).toThrow()
  })
})

function withoutNegativeZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (Array.isArray(value)) return value.map((member) => withoutNegativeZero(member))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutNegativeZero(member)]))
}
