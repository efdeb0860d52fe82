import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { msgpack } from '../../src/msgpack.ts'
import { checkValue } from '../../src/values/check-value.ts'
import type { Codec } from '../../src/values/codec.ts'
import { json } from '../../src/values/json.ts'
import { openPayload, sealPayload, type PayloadRules } from '../../src/values/payload.ts'

const rulesOf = (codec: Codec, rest: Partial<PayloadRules> = {}): PayloadRules => ({
  codec,
  compressOver: 4_096,
  maxBytes: 2 ** 20,
  freezes: false,
  ...rest,
})
const head = { loadMs: 12, etag: undefined }

/** Seals with one codec of the kind and opens with another, as two processes do. */
async function roundTrip(create: () => Codec, value: unknown): Promise<unknown> {
  const { isPlain } = checkValue(value, 'k', false)
  const payload = await sealPayload(value, isPlain, head, rulesOf(create()))
  if (payload === undefined) throw new Error('too large')
  return (await openPayload(payload, rulesOf(create()))).value
}

const name = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('$', 'v', 'constructor', 'toString', 'length', ''))
const leaf = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 2 ** 53 - 1, 0.1, 1e300, NaN, Infinity, -Infinity),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 9 }),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
  fc.int16Array({ maxLength: 4 }),
  fc.float64Array({ maxLength: 4, noNaN: true }),
  fc.bigInt64Array({ maxLength: 3 }),
)
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie('list'), tie('object'), tie('map'), tie('set')),
  list: fc.array(fc.option(tie('value'), { nil: undefined }), { maxLength: 4 }),
  object: fc.dictionary(
    name.filter((text) => text !== '__proto__'),
    fc.option(tie('value'), { nil: undefined }),
    { maxKeys: 4, noNullPrototype: true },
  ),
  map: fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  set: fc.array(leaf, { maxLength: 3 }).map((items) => new Set(items)),
}))

/** What MessagePack has no way to say. */
function isOddForMessagePack(value: unknown): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return Object.is(value, -0)
  const members =
    value instanceof Map || value instanceof Set || Array.isArray(value) ? [...value] : Object.entries(value)
  return members.some(isOddForMessagePack)
}

describe.for<[string, () => Codec]>([
  ['json', json],
  ['msgpack', msgpack],
])('%s', ([codecName, create]) => {
  test('gives back what went in, whatever it was', async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, async (value) => {
        fc.pre(codecName === 'json' || !isOddForMessagePack(value))
        expect(isDeepStrictEqual(await roundTrip(create, value), value)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test.for<[string, unknown]>([
    ['an undefined member', { a: undefined, b: 1 }],
    ['undefined in an array', [undefined, null]],
    ['a Date', { at: new Date(5) }],
    ['a Map of Maps with objects as keys', new Map([[{ a: 1 }, new Map([[1, new Set(['x'])]])]])],
    ['a huge BigInt', 10n ** 400n],
    ['a Buffer', Buffer.from([0, 255, 10])],
    ['an ArrayBuffer', new Uint8Array([1, 2]).buffer],
    ['a typed array that is part of a buffer', new Uint16Array(new Uint8Array([9, 9, 1, 0, 2, 0]).buffer, 2, 2)],
    ['an object that looks like a type of its own', { $: 'Date', v: 0, deep: new Date(1) }],
    ['an object with a wrapped one inside', { $: { $: 'Map', v: [] }, at: new Set() }],
    ['text of any kind', '\u0000\n"\\ \ud83d\ude00 \u2028'],
    ['long text', 'x'.repeat(10_000)],
    ['long binary data', Buffer.alloc(10_000, 7)],
  ])('keeps %s', async ([, value]) => {
    expect(await roundTrip(create, value)).toStrictEqual(value)
  })
})

describe('json', () => {
  test('keeps half of a surrogate pair', async () => {
    expect(await roundTrip(json, 'a\ud800')).toBe('a\ud800')
  })

  test('keeps -0 and an invalid Date', async () => {
    expect(await roundTrip(json, [-0])).toStrictEqual([-0])
    expect(await roundTrip(json, new Date(NaN))).toStrictEqual(new Date(NaN))
  })

  test.for([
    ' {"__proto__":{"admin":true}}',
    ' {"a":[{"\\u005f_proto__":{"admin":true}}]}',
    'x{"a":{"$":"Map","v":[[{"__proto__":1},1]]}}',
  ])('refuses %s', (text) => {
    expect(() => json().decode(Buffer.from(text))).toThrow(TypeError)
  })

  test.for([
    '',
    ' ',
    ' x',
    'q{}',
    'x{"$":"Date2","v":""}',
    'x{"$":"bigint","v":[]}',
    'x{"$":"Map","v":1}',
    'x{"$":"Map","v":[1]}',
  ])('refuses the garbage %j', (text) => {
    expect(() => json().decode(Buffer.from(text))).toThrow(Error)
  })
})

describe('msgpack', () => {
  test('refuses half of a surrogate pair wherever it stands', () => {
    for (const value of ['a\ud800', { 'a\ud800': 1 }, [new Map([['a\ud800', 1]])], new Set(['a\ud800'])])
      expect(() => msgpack().encode(value, false)).toThrow(TypeError)
  })
})

describe('a payload', () => {
  test('is plain digits for an integer, so that tiers can count', async () => {
    const payload = await sealPayload(-42, true, head, rulesOf(json()))
    expect(Buffer.from(payload ?? []).toString()).toBe('-42')
    expect(await openPayload(Buffer.from('-42'), rulesOf(json()))).toMatchObject({ value: -42 })
  })

  test('says how long the load took and which etag the value has', async () => {
    const payload = await sealPayload({ a: 1 }, true, { loadMs: 12.4, etag: 'W/"x"\n' }, rulesOf(json()))
    expect(await openPayload(payload ?? new Uint8Array(), rulesOf(json()))).toEqual({
      value: { a: 1 },
      isMutable: false,
      loadMs: 12,
      etag: 'W/"x"\n',
    })
  })

  test('is compressed above the threshold, where that makes it smaller', async () => {
    const rules = rulesOf(json(), { compressOver: 100 })
    const long = await sealPayload('x'.repeat(5_000), true, head, rules)
    expect(long?.byteLength).toBeLessThan(200)
    expect(await openPayload(long ?? new Uint8Array(), rules)).toMatchObject({ value: 'x'.repeat(5_000) })
  })

  test('is not made of a value above the cap', async () => {
    expect(await sealPayload('x'.repeat(100), true, head, rulesOf(json(), { maxBytes: 100 }))).toBeUndefined()
    expect(await sealPayload('x'.repeat(97), true, head, rulesOf(json(), { maxBytes: 100 }))).toBeDefined()
  })

  test('is not decompressed beyond the cap', async () => {
    const bomb = await sealPayload('x'.repeat(100_000), true, head, rulesOf(json()))
    const opening = async () => openPayload(bomb ?? new Uint8Array(), rulesOf(json(), { maxBytes: 50_000 }))
    await expect(opening()).rejects.toThrow(Error)
  })

  test('of another codec is refused', async () => {
    const payload = await sealPayload('x', true, head, rulesOf(json()))
    expect(() => openPayload(payload ?? new Uint8Array(), rulesOf(msgpack()))).toThrow(TypeError)
  })

  test('that is garbage is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 18 }), (bytes) => {
        expect(() => openPayload(bytes, rulesOf(json()))).toThrow(Error)
      }),
    )
  })
})
