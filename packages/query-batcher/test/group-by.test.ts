import { expect, test } from 'vitest'
import { groupBy } from '../src/index.ts'

const rows = [
  { id: 1, book: 2 },
  { id: 2, book: 1 },
  { id: 3, book: 2 },
]

test('answers in the order of the keys', () => {
  expect(groupBy(rows, [1, 2], (row) => row.book)).toEqual([[rows[1]], [rows[0], rows[2]]])
})

test('gives an empty group to a key without rows and to no key', () => {
  expect(groupBy(rows, [9, null, undefined], (row) => row.book)).toEqual([[], [], []])
})

test('leaves out rows that no key asks for', () => {
  expect(groupBy(rows, [1], (row) => row.book)).toEqual([[rows[1]]])
})

test('leaves out rows without a key', () => {
  const orphans = [{ book: null }, { book: undefined }, { book: 'null' }]
  expect(groupBy(orphans, ['null', null, 'undefined'], (row) => row.book)).toEqual([[orphans[2]], [], []])
})

test('gives every occurrence of a key an array of its own', () => {
  const [first, second] = groupBy(rows, [2, 2], (row) => row.book)
  expect(first).toEqual(second)
  expect(first).not.toBe(second)
})

test('finds a number by its text and a bigint by either', () => {
  const mixed = [{ key: '7' }, { key: 8 }, { key: 9n }]
  expect(groupBy(mixed, [7, 8n, '9'], (row) => row.key)).toEqual([[mixed[0]], [mixed[1]], [mixed[2]]])
})

test('hands the index of the row to keyOf', () => {
  const keys = ['b', 'a']
  expect(groupBy([10, 20], ['a', 'b'], (_, index) => keys[index])).toEqual([[20], [10]])
})

test('takes the names of Object.prototype as keys', () => {
  expect(groupBy(rows, ['__proto__', 'constructor'], () => '__proto__')).toEqual([rows, []])
})
