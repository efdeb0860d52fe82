import { arrayValues } from './json-query.ts'
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

/** A reader for one load. */
export function jsonReader(plan: JsonPlan): JsonReader {
  const rows: Row[] = []
  const nested = plan.nested.map(jsonReader)
  const readRow = (value: unknown) => {
    const row = rowOf(plan, nested, value as unknown[])
    rows.push(row)
    return row
  }
  return { plan, rows, nested, read: readerOf(plan, readRow) }
}

function readerOf(plan: JsonPlan, readRow: (value: unknown) => Row): JsonReader['read'] {
  const { kind, backReference } = plan.spec
  if (kind === 'count' || kind === 'exists') return (value) => value
  if (kind === 'one' || kind === 'aggregate') return oneReader(plan, readRow)
  return (value, parent) => {
    const children = (value as unknown[]).map(readRow)
    if (backReference !== undefined) referBack(children, backReference, parent, plan.path)
    return children
  }
}

/** Parents with the same key share one object. */
function oneReader({ spec: { on, required }, path }: JsonPlan, readRow: (value: unknown) => Row): JsonReader['read'] {
  const shared = new Map<string, Row>()
  const names = on.map(({ column }) => column)
  const keyOf = keyReader(names)
  return (value, parent) => {
    checkKeys([parent], names, path)
    const [found, second] = value as unknown[]
    if (second !== undefined) throw twoRows(on, path)
    const key = keyOf(parent)
    if (found === undefined || key === undefined) {
      if (required) throw missingRow(on, parent, path)
      return null
    }
    const row = shared.get(key) ?? readRow(found)
    shared.set(key, row)
    return row
  }
}

function rowOf({ columns, codecs }: JsonPlan, nested: readonly JsonReader[], array: readonly unknown[]): Row {
  const values = arrayValues(array, columns.length + nested.length)
  const row: Row = {}
  for (let index = 0; index < columns.length; index++) {
    const decode = codecs[index]?.decode
    const value = values[index]
    row[columns[index] ?? ''] = value === null || decode === undefined ? value : decode(value)
  }
  for (let index = 0; index < nested.length; index++) {
    const reader = nested[index]
    if (reader !== undefined) row[reader.plan.name] = reader.read(values[columns.length + index], row)
  }
  return row
}
