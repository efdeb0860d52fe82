import { describe, expect, it } from 'vitest'
import { joinParts, normalizeSpelling, toBounded, toIdentity as toIdentityBy } from '../src/identity.ts'

function toIdentity(value: unknown): string | undefined {
  return toIdentityBy(value, normalizeSpelling)
}

describe('toIdentity', () => {
  it.each(['admin', 'Admin', 'ADMIN ', '\tadmin\n', 'ａｄｍｉｎ'])('spells %j admin', (value) => {
    expect(toIdentity(value)).toBe('admin')
  })

  it('spells composed and decomposed letters alike', () => {
    expect(toIdentity('caf\u00e9')).toBe(toIdentity('cafe\u0301'))
  })

  it.each([42, true])('takes the scalar %j as text', (value) => {
    expect(toIdentity(value)).toBe(String(value))
  })

  it.each<{ value: unknown }>([
    { value: undefined },
    { value: null },
    { value: '' },
    { value: '   ' },
    { value: ['a'] },
    { value: [] },
    { value: { toString: 'x' } },
  ])('takes $value as missing', ({ value }) => {
    expect(toIdentity(value)).toBeUndefined()
  })

  it('hashes long values into a bounded length, different ones differently, after the spelling', () => {
    const [a, b, c] = [
      toIdentity('A'.repeat(100_000)),
      toIdentity(`${'a'.repeat(100_000)} `),
      toIdentity('a'.repeat(65)),
    ]
    expect(a).toMatch(/^sha256:[\w-]{43}$/)
    expect(b).toBe(a)
    expect(c).not.toBe(a)
  })
})

describe('toBounded', () => {
  it('leaves 64 characters as they are, and hashes more', () => {
    expect(toBounded('B'.repeat(64))).toBe('B'.repeat(64))
    expect(toBounded('B'.repeat(65))).toMatch(/^sha256:/)
  })
})

describe('joinParts', () => {
  it('joins different parts into different values', () => {
    const lists = [
      ['a', 'b+c'],
      ['a+b', 'c'],
      ['a', 'b', 'c'],
      ['a\\', '+b'],
      ['a\\+b'],
      ['a', '\\b'],
      ['a+b'],
      ['a', 'b'],
      ['ab', ''],
    ]
    expect(new Set(lists.map(joinParts)).size).toBe(lists.length)
  })
})
