import { keyText, type Key } from './key.ts'

/**
 * The row of each key, in the order of the keys: what a batch function has to answer. A key without a row gets `null`,
 * and so does `null`; rows that no key asks for are left out. Keys are compared by their text: `7` finds `'7'`.
 *
 * @param rows - The rows, in any order, no two with the same key.
 * @param keys - The keys that are asked for.
 * @param keyOf - The key of a row; a row whose key is `null` or `undefined` answers nothing.
 * @throws Error when two rows have the same key: which of them was meant cannot be known.
 * @example
 * ```ts
 * import { keyBy } from '@seawall/query-batcher'
 *
 * const authors = [{ id: 2, name: 'Le Guin' }, { id: 1, name: 'Lem' }]
 * keyBy(authors, [1, 2, 3], (author) => author.id).map((author) => author?.name) // ['Lem', 'Le Guin', undefined]
 * ```
 */
export function keyBy<Row>(
  rows: readonly Row[],
  keys: readonly (Key | null | undefined)[],
  keyOf: (row: Row, index: number) => Key | null | undefined,
): (Row | null)[] {
  const found = new Map<string | undefined, Row>()
  for (const [index, row] of rows.entries()) {
    const text = keyText(keyOf(row, index))
    if (text === undefined) continue
    if (found.has(text)) throw new Error('Cannot key the rows as two of them have the same key: group them instead')
    found.set(text, row)
  }
  return keys.map((key) => found.get(keyText(key)) ?? null)
}
