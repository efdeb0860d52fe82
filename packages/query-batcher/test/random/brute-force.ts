import type { Column, Row, Table, Value } from './shop.ts'
import type { Filter, Link, Wish } from './tree.ts'

type Loaded = Record<string, unknown>

/** What the relations of rows are, by looking at every row of every table. */
export function bruteForce(
  parents: readonly Row[],
  columns: readonly string[] | undefined,
  wishes: readonly Wish[],
): Loaded[] {
  return parents.map((parent) => {
    const loaded: Loaded = {}
    for (const name of columns ?? Object.keys(parent)) loaded[name] = parent[name]
    for (const [index, wish] of wishes.entries()) loaded[`r${String(index)}`] = valueOf(parent, wish)
    return loaded
  })
}

function valueOf(
  parent: Row,
  { kind, link, filter, order, limit = Infinity, offset = 0, columns, children }: Wish,
): unknown {
  const found = linked(parent, link).filter((row) => passes(row, filter, link.table))
  if (kind === 'count') return found.length
  if (kind === 'exists') return found.length > 0
  if (kind === 'aggregate') return found.length === 0 ? null : { all: String(found.length) }
  if (kind === 'one') return bruteForce(found, columns, children)[0] ?? null
  const ordered = found.toSorted((a, b) => compareRows(a, b, order, link.table))
  return bruteForce(ordered.slice(offset, offset + limit), columns, children)
}

function linked(parent: Row, { table, on, through }: Link): Row[] {
  if (through === undefined) return table.rows.filter((row) => matches(row, parent, on))
  const links = through.table.rows.filter((row) => matches(row, parent, on))
  return links.flatMap((link) => table.rows.filter((row) => matches(row, link, through.on)))
}

function matches(row: Row, other: Row, on: Link['on']): boolean {
  return on.every(([mine, theirs]) => row[mine] !== null && row[mine] === other[theirs])
}

function passes(row: Row, filter: Filter | undefined, table: Table): boolean {
  if (filter === undefined) return true
  const value = row[filter.column] ?? null
  if (filter.operator === 'is') return value === null
  const isSame = compareValues(value, filter.value, typeOf(table, filter.column)) === 0
  return value !== null && isSame === (filter.operator === '=')
}

/** The rows of a table in the order of a query. */
export function inOrder(table: Table, order: Wish['order']): Row[] {
  return table.rows.toSorted((a, b) => compareRows(a, b, order, table))
}

function compareRows(a: Row, b: Row, order: Wish['order'], table: Table): number {
  for (const [column, direction] of order) {
    const found = compareValues(a[column] ?? null, b[column] ?? null, typeOf(table, column))
    if (found !== 0) return direction === 'asc' ? found : -found
  }
  return 0
}

/** As PostgreSQL does: nulls after all others. */
function compareValues(a: Value, b: Value, type: Column['type']): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  const left = comparable(a, type)
  const right = comparable(b, type)
  return left < right ? -1 : Number(left > right)
}

/** pg gives int8 as text. */
function comparable(value: NonNullable<Value>, type: Column['type']): string | number | bigint {
  if (typeof value === 'string') return type === 'bigint' ? BigInt(value) : value
  return Number(value)
}

function typeOf({ columns }: Table, name: string): Column['type'] {
  return columns.find((column) => column.name === name)?.type ?? 'text'
}
