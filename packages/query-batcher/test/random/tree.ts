import fc, { type GeneratorValue } from 'fast-check'
import { isKeyable, tableNamed, type Column, type Table, type Value } from './shop.ts'

/** How the rows of a table are found: by columns of their own, or over a table that links them. */
export interface Link {
  readonly table: Table
  /** The child's columns, or the linking table's, and the parent's. */
  readonly on: readonly (readonly [child: string, parent: string])[]
  /** The linking table, and its columns beside the child's. */
  readonly through?: { readonly table: Table; readonly on: readonly (readonly [child: string, link: string])[] }
  /** Whether a parent has one row at most, and whether it has one always. */
  readonly isOne: boolean
  readonly isCertain: boolean
}

/** What one relation asks for. */
export interface Wish {
  readonly kind: 'many' | 'one' | 'count' | 'exists' | 'aggregate'
  readonly link: Link
  readonly filter: Filter | undefined
  readonly order: readonly (readonly [column: string, direction: 'asc' | 'desc'])[]
  readonly isRequired: boolean
  readonly limit: number | undefined
  readonly offset: number | undefined
  readonly perParent: 'lateral' | 'window' | undefined
  readonly maxKeys: number
  readonly hasBackReference: boolean
  /** The columns of the rows; `undefined` for all of them. */
  readonly columns: readonly string[] | undefined
  readonly children: readonly Wish[]
}

export interface Filter {
  readonly column: string
  readonly operator: '=' | '!=' | 'is'
  readonly value: Value
}

/** Up to three relations of a table, three levels deep. */
export function anyWishes(g: GeneratorValue, tables: readonly Table[], parent: Table, depth = 3): Wish[] {
  const links = linksOf(tables, parent)
  if (links.length === 0) return []
  const number = g(fc.integer, { min: depth === 3 ? 1 : 0, max: depth === 3 ? 3 : 2 })
  return Array.from({ length: number }, () =>
    anyWish(
      g,
      tables,
      g(() => fc.constantFrom(...links)),
      depth,
    ),
  )
}

function anyWish(g: GeneratorValue, tables: readonly Table[], link: Link, depth: number): Wish {
  const kinds = ['many', 'many', 'count', 'exists', 'aggregate', ...(link.isOne ? ['one', 'one', 'one', 'one'] : [])]
  const kind = g(() => fc.constantFrom(...(kinds as Wish['kind'][])))
  const hasRows = kind === 'many' || kind === 'one'
  const children = hasRows && depth > 1 ? anyWishes(g, tables, link.table, depth - 1) : []
  const filter = g(fc.boolean) ? anyFilter(g, link.table) : undefined
  const by = g(() =>
    fc.shuffledSubarray(
      link.table.columns.map(({ name }) => name),
      { maxLength: 1 },
    ),
  )
  return {
    kind,
    link,
    filter,
    order: [...by, ...link.table.key].map((column) => [
      column,
      g(() => fc.constantFrom('asc' as const, 'desc' as const)),
    ]),
    isRequired: link.isCertain && filter === undefined && g(fc.boolean),
    limit: g(() => fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })),
    offset: g(() => fc.constantFrom(undefined, 0, 1, 2)),
    perParent: g(() => fc.constantFrom('lateral' as const, 'window' as const, undefined)),
    maxKeys: g(() => fc.constantFrom(1, 2, 10_000)),
    hasBackReference: g(fc.boolean),
    columns: anyColumns(g, link.table, children),
    children,
  }
}

/** All columns, or some of them in any order, among which those that the relations of the rows go by. */
export function anyColumns(g: GeneratorValue, { columns }: Table, wishes: readonly Wish[]): string[] | undefined {
  if (g(fc.boolean)) return undefined
  const some = g(() =>
    fc.shuffledSubarray(
      columns.map(({ name }) => name),
      { minLength: 1 },
    ),
  )
  return [...new Set([...some, ...wishes.flatMap(({ link }) => link.on.map(([, own]) => own))])]
}

function anyFilter(g: GeneratorValue, { columns, rows }: Table): Filter {
  const { name, isNullable } = g(() => fc.constantFrom(...columns))
  const value = g(() => fc.constantFrom(...rows.map((row) => row[name] ?? null), null))
  if (value === null) return { column: name, operator: 'is', value }
  return { column: name, operator: isNullable || g(fc.boolean) ? '=' : '!=', value }
}

/** All ways from the rows of a table to others. */
function linksOf(tables: readonly Table[], parent: Table): Link[] {
  return tables.flatMap((table) => [
    ...toRowsThatNameIt(table, parent),
    ...overLinks(table, tables, parent),
    ...byValues(table, parent),
    ...toRowsItNames(table, parent),
  ])
}

function toRowsItNames(table: Table, { foreignKeys, columns }: Table): Link[] {
  const named = foreignKeys.filter((foreign) => foreign.table === table.name)
  return named.map((foreign): Link => {
    const isCertain = columns.every(({ name, isNullable }) => !isNullable || !foreign.columns.includes(name))
    return { table, on: pairs(table.key, foreign.columns), isOne: true, isCertain }
  })
}

function toRowsThatNameIt(table: Table, parent: Table): Link[] {
  const naming = table.foreignKeys.filter((foreign) => foreign.table === parent.name)
  return naming.map((foreign) => ({ table, on: pairs(foreign.columns, parent.key), isOne: false, isCertain: false }))
}

/** Over a linking table, or any other with two foreign keys. */
function overLinks(through: Table, tables: readonly Table[], parent: Table): Link[] {
  const [first, second] = through.foreignKeys
  if (first === undefined || second === undefined || first.table !== parent.name) return []
  const table = tableNamed(tables, second.table)
  // the name of a table stands for one of them only
  if (table === through) return []
  const on = pairs(table.key, second.columns)
  return [
    { table, on: pairs(first.columns, parent.key), through: { table: through, on }, isOne: false, isCertain: false },
  ]
}

/** By columns of the same type that no key has promised. */
function byValues(table: Table, parent: Table): Link[] {
  const own = parent.columns.filter(isKeyable)
  const matches = table.columns.filter(isKeyable).flatMap((column): (readonly [Column, Column])[] => {
    const match = own.find(({ type }) => type === column.type)
    return match === undefined ? [] : [[column, match]]
  })
  const ons = matches.slice(0, 2).map(([child, { name }]): Link['on'] => [[child.name, name]])
  return ons.map((on) => ({ table, on, isOne: false, isCertain: false }))
}

function pairs(left: readonly string[], right: readonly string[]): [string, string][] {
  return left.map((name, index) => [name, right[index] ?? ''])
}
