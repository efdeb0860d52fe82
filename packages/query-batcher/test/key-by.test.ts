import { expect, test } from 'vitest'
import { keyBy } from '../src/index.ts'

const rows = [
  { id: 2, name: 'b' },
  { id: 1, name: 'a' },
]

test('answers in the order of the keys', () => {
  expect(keyBy(rows, [1, 2, 1], (row) => row.id)).toEqual([rows[1], rows[0], rows[1]])
})

test('gives null to a key without a row and to no key', () => {
  expect(keyBy(rows, [9, null, undefined], (row) => row.id)).toEqual([null, null, null])
})

test('leaves out rows without a key', () => {
  expect(keyBy([{ id: null }, { id: null }], [null, 'null'], (row) => row.id)).toEqual([null, null])
})

test('finds a number by its text and a bigint by either', () => {
  const mixed = [{ key: '7' }, { key: 8 }, { key: 9n }]
  expect(keyBy(mixed, [7, 8n, '9'], (row) => row.key)).toEqual(mixed)
})

test('keeps a row that is falsy', () => {
  expect(keyBy([0, ''], ['a', 'b'], (row) => (row === 0 ? 'a' : 'b'))).toEqual([0, ''])
})

test('refuses two rows with the same key', () => {
  expect(() => keyBy([{ id: 1 }, { id: '1' }], [1], (row) => row.id)).toThrow(
    'Cannot key the rows as two of them have the same key: group them instead',
  )
})
