import type { Key } from '../key.ts'
import { keyNumbers, noKey } from './key-numbers.ts'
import { keyReader, numberReader } from './key-reader.ts'
import type { KeyPair } from './relation.ts'

/** The different keys of a list of parents, numbered as they come. */
export interface ParentKeys {
  /** For each column of the key, its value in every different key. */
  readonly columns: readonly Key[][]
  /** How many different keys there are. */
  readonly size: number
  /** The number of each parent's key, `noKey` where a part of it is null. */
  readonly ofParents: Int32Array
  /** The numbers of the keys that rows have in these columns, `noKey` where no parent has it. */
  readonly ofRows: (rows: readonly object[], names: readonly string[]) => Int32Array
}

/** Numbers the keys of the parents. */
export function parentKeys(parents: readonly object[], on: readonly KeyPair[], path: string): ParentKeys {
  const names = on.map(({ column }) => column)
  const areNumbers = checkKeys(parents, names, path) && names.length === 1
  const reader: (columns: readonly string[]) => (row: object) => Key | undefined = areNumbers ? numberReader : keyReader
  const keys = parents.map(reader(names))
  const numbers = keyNumbers(keys)
  const ofParents = new Int32Array(parents.length)
  const firsts: Record<string, Key>[] = []
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]
    const known = key === undefined ? noKey : numbers.get(key)
    ofParents[index] = known ?? firsts.length
    if (known !== undefined) continue
    numbers.set(key as Key, firsts.length)
    firsts.push(parents[index] as Record<string, Key>)
  }
  return {
    columns: names.map((name) => firsts.map((parent) => parent[name] as Key)),
    size: firsts.length,
    ofParents,
    ofRows: (rows, columns) => numbers.ofRows(rows, reader(columns)),
  }
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
