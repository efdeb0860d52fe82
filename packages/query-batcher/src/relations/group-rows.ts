import { copyOf } from './copy-of.ts'
import { noKey } from './key-numbers.ts'
import type { Children } from './select-rows.ts'

/** Lays the rows into the groups of their keys, in their order. The keys that were asked for get a group each. */
export function groupRows({ rows, columns, keys, asked: [first, end] }: Children, groups: object[][]): void {
  const places = placesOf(keys, first, end)
  // sorted by counting, as a group that is cut out has the length that it needs, and one that grows has room for 17
  const sorted: object[] = rows.slice()
  for (let index = 0; index < rows.length; index++) {
    const key = (keys[index] as number) - first
    if (key < 0) continue
    const place = places[key] as number
    const row = rows[index] as Record<string, unknown>
    sorted[place] = columns === undefined ? row : copyOf(row, columns)
    places[key] = place + 1
  }
  let start = 0
  for (let key = first; key < end; key++) {
    const next = places[key - first] as number
    groups[key] = sorted.slice(start, next)
    start = next
  }
}

/** For each key the place of its first row among rows that are sorted by their keys. */
function placesOf(keys: Int32Array, first: number, end: number): Int32Array {
  const places = new Int32Array(end - first + 1)
  for (const key of keys) if (key !== noKey) places[key - first + 1] = (places[key - first + 1] as number) + 1
  let sum = 0
  return places.map((count) => (sum += count))
}
