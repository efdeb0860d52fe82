import { arrayValues } from './json-query.ts'
import type { JsonCodec } from './json-codecs.ts'
import type { JsonPlan } from './json-plan.ts'
import { keyReader } from './key-reader.ts'
import { missingRow, referBack, twoRows } from './load-relation.ts'
import { checkKeys } from './parent-keys.ts'

type Row = Record<string, unknown>

/** Makes of the JSON of a relation what a parent gets. */
export interface JsonReader {
  readonly plan: JsonPlan
  /** All rows that have been read. */
  readonly rows: readonly Row[]
  readonly nested: readonly JsonReader[]
  readonly read: (value: unknown, parent: Row) => unknown
}

/** A list for each column, `null` instead of an empty one. */
type Lists = readonly (readonly unknown[] | null)[]

/** A reader for one load. */
export function jsonReader(plan: JsonPlan): JsonReader {
  const rows: Row[] = []
  const nested = plan.nested.map(jsonReader)
  return { plan, rows, nested, read: readerOf(plan, (lists) => rowsOf(plan, nested, lists, rows)) }
}

/** Lays on a row what its relations have given to it. */
export function takeJson(readers: readonly JsonReader[], value: unknown, row: Row): void {
  const values = arrayValues(value as unknown[], readers.length)
  for (let index = 0; index < readers.length; index++) {
    const reader = readers[index] as JsonReader
    row[reader.plan.name] = reader.read(values[index], row)
  }
}

function readerOf(plan: JsonPlan, readRows: (lists: Lists) => Row[]): JsonReader['read'] {
  const { kind, backReference } = plan.spec
  if (kind === 'count' || kind === 'exists') return (value) => value
  if (kind === 'one' || kind === 'aggregate') return oneReader(plan, readRows)
  return (value, parent) => {
    const children = readRows(value as Lists)
    if (backReference !== undefined) referBack(children, backReference, parent, plan.path)
    return children
  }
}

/** Parents with the same key share one object. */
function oneReader({ spec: { on, required }, path }: JsonPlan, readRows: (lists: Lists) => Row[]): JsonReader['read'] {
  const shared = new Map<string, Row>()
  const names = on.map(({ column }) => column)
  const keyOf = keyReader(names)
  return (value, parent) => {
    checkKeys([parent], names, path)
    const key = keyOf(parent)
    const known = key === undefined ? undefined : shared.get(key)
    if (known !== undefined) return known
    const [row, second] = readRows(value as Lists)
    if (second !== undefined) throw twoRows(on, path)
    if (row === undefined || key === undefined) {
      if (required) throw missingRow(on, parent, path)
      return null
    }
    shared.set(key, row)
    return row
  }
}

function rowsOf({ columns, codecs }: JsonPlan, nested: readonly JsonReader[], value: Lists, all: Row[]): Row[] {
  const length = Math.max(columns.length, 1) + Math.sign(nested.length)
  const lists = arrayValues(value, length) as Lists
  const rows = (lists[0] ?? []).map((): Row => ({}))
  for (let index = 0; index < columns.length; index++) {
    takeColumn(rows, columns[index] as string, lists[index] ?? [], codecs[index]?.decode)
  }
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as Row
    if (nested.length > 0) takeJson(nested, lists[length - 1]?.[index], row)
    all.push(row)
  }
  return rows
}

function takeColumn(rows: readonly Row[], name: string, values: readonly unknown[], decode: JsonCodec['decode']): void {
  for (let index = 0; index < rows.length; index++) {
    const value = values[index]
    ;(rows[index] as Row)[name] = value === null || decode === undefined ? value : decode(value)
  }
}
