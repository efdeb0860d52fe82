import type { Key } from './key.ts'

/** The key of each parent, `null` where it has none. */
export function parentKeys(parents: readonly object[], column: string, path: string): (Key | null)[] {
  return parents.map((parent) => {
    const key = (parent as Record<string, unknown>)[column]
    if (key === null || typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint') return key
    if (key === undefined)
      throw new TypeError(`Cannot prefetch '${path}' as the rows have no column '${column}': select it in their query`)
    throw new TypeError(
      `Cannot prefetch '${path}' as a key must be a string, a number or a bigint: current type of '${column}' is ${typeName(key)}`,
    )
  })
}

function typeName(value: unknown): string {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value
}
