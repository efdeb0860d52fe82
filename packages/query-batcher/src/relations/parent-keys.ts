import type { Key } from '../key.ts'
import { keyAlias } from './aliases.ts'
import { keyNumbers, type KeyNumbers } from './key-numbers.ts'
import { keyReader, numberReader } from './key-reader.ts'
import type { KeyPair } from './relation.ts'

/** Stands in place of a number where there is no key. */
export const noKey = -1

/** The different keys of a list of parents, numbered as they come. */
export interface ParentKeys {
  /** For each column of the key, its value in every different key. */
  readonly columns: readonly Key[][]
  /** How many different keys there are. */
  readonly size: number
  /** The number of each parent's key, `noKey` where a part of it is null. */
  readonly ofParents: Int32Array
  /** The numbers of the keys that stand beside rows, `noKey` where no parent has it. */
  readonly ofRows: (rows: readonly object[]) => Int32Array
}

/** Numbers the keys of the parents. */
export function parentKeys(parents: readonly object[], on: readonly KeyPair[], path: string): ParentKeys {
  const names = on.map(({ column }) => column)
  const areNumbers = checkKeys(parents, names, path) && names.length === 1
  const reader: (columns: readonly string[]) => (row: object) => Key | undefined = areNumbers ? numberReader : keyReader
  const keyOf = reader(names)
  const keys = parents.map((parent) => keyOf(parent))
  const numbers = keyNumbers(keys)
  const ofParents = new Int32Array(parents.length).fill(noKey)
  const firsts: Record<string, Key>[] = []
  for (const [index, key] of keys.entries()) {
    if (key === undefined) continue
    const number = numbers.get(key) ?? firsts.length
    ofParents[index] = number
    if (number < firsts.length) continue
    numbers.set(key, number)
    firsts.push(parents[index] as Record<string, Key>)
  }
  return {
    columns: names.map((name) => firsts.map((parent) => parent[name] as Key)),
    size: firsts.length,
    ofParents,
    ofRows: (rows) => numbersOf(rows, reader(on.map((_, index) => keyAlias(index))), numbers),
  }
}

function numbersOf(rows: readonly object[], keyOf: (row: object) => Key | undefined, numbers: KeyNumbers): Int32Array {
  const found = new Int32Array(rows.length)
  for (let index = 0; index < rows.length; index++) {
    found[index] = numbers.get(keyOf(rows[index] as object)) ?? noKey
  }
  return found
}

/** Refuses what cannot be a key. Says whether all keys are numbers. */
export function checkKeys(parents: readonly object[], names: readonly string[], path: string): boolean {
  let areNumbers = true
  for (const name of names) {
    for (const parent of parents) {
      const key: unknown = (parent as Record<string, unknown>)[name]
      if (typeof key === 'number' || key === null) continue
      areNumbers = false
      if (typeof key !== 'string' && typeof key !== 'bigint') throw wrongKey(key, name, path)
    }
  }
  return areNumbers
}

function wrongKey(key: unknown, column: string, path: string): TypeError {
  if (key === undefined)
    return new TypeError(`Cannot prefetch '${path}' as the rows have no column '${column}': select it in their query`)
  return new TypeError(
    `Cannot prefetch '${path}' as a key must be a string, a number or a bigint: current type of '${column}' is ${typeName(key)}`,
  )
}

function typeName(value: unknown): string {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value
}
