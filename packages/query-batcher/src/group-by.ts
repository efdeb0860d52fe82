import { keyText, type Key } from './key.ts'

/**
 * The rows of each key, in the order of the keys: what a batch function has to answer. Inside a group the rows keep
 * their order. A key without rows gets `[]`, and so does `null`; rows that no key asks for are left out. Every group is
 * an array of its own, also where a key is given twice. Keys are compared by their text: `7` finds `'7'`.
 *
 * @param rows - The rows, in any order.
 * @param keys - The keys that are asked for.
 * @param keyOf - The key of a row; a row whose key is `null` or `undefined` belongs to no group.
 * @example
 * ```ts
 * import { groupBy } from '@seawall/query-batcher'
 *
 * const reviews = [{ book: 2, stars: 5 }, { book: 1, stars: 3 }, { book: 2, stars: 4 }]
 * groupBy(reviews, [1, 2, 3], (review) => review.book).map((group) => group.length) // [1, 2, 0]
 * ```
 */
export function groupBy<Row>(
  rows: readonly Row[],
  keys: readonly (Key | null | undefined)[],
  keyOf: (row: Row, index: number) => Key | null | undefined,
): Row[][] {
  const groups = new Map<string | undefined, Row[]>()
  for (const [index, row] of rows.entries()) {
    const text = keyText(keyOf(row, index))
    if (text === undefined) continue
    const group = groups.get(text)
    if (group) group.push(row)
    else groups.set(text, [row])
  }
  return keys.map((key) => groups.get(keyText(key))?.slice() ?? [])
}
