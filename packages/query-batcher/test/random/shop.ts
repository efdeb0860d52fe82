import fc, { type GeneratorValue } from 'fast-check'

/** As the driver gives it. */
export type Value = string | number | boolean | Date | null
export type Row = Readonly<Record<string, Value>>

export interface Column {
  readonly name: string
  readonly type: keyof typeof values
  readonly isNullable: boolean
}

/** Columns that name a row of another table, or of the same one, by its key. */
export interface ForeignKey {
  readonly columns: readonly string[]
  readonly table: string
}

export interface Table {
  readonly name: string
  readonly key: readonly string[]
  readonly columns: readonly Column[]
  readonly foreignKeys: readonly ForeignKey[]
  rows: readonly Row[]
}

/** Names that want quotes, that other languages know, and that objects have already. */
const tableNames = ['book', 'Order', 'a table', 'user', 'dash-ed', 'größe', 'q"uote']
const columnNames = [
  'id',
  'Id',
  'two words',
  'select',
  'größe',
  'constructor',
  'n',
  'q"uote',
  '7',
  'key',
  'prefetch',
  'x',
]

/** Few of each type, so that many rows have the same. */
const values = {
  int: [-2, 0, 1, 2, 3, 10, 2_147_483_647],
  bigint: ['-1', '0', '1', '10', '9007199254740993', '9223372036854775807'],
  text: ['', '1', 'A', 'a', 'a,b', '1:1', '"', '\\', 'NULL', 'ß'],
  uuid: [
    '00000000-0000-0000-0000-000000000000',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    'ffffffff-ffff-4fff-bfff-ffffffffffff',
    'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  ],
  timestamptz: ['1969-12-31T23:59:59.999Z', '2001-02-03T04:05:06.789Z', '2026-01-01T00:00:00Z'].map(
    (text) => new Date(text),
  ),
  boolean: [true, false],
} as const

const keyTypes = ['int', 'bigint', 'text', 'uuid'] as const

/** Whether a column can be what a relation goes by. */
export function isKeyable({ type }: Column): boolean {
  return keyTypes.some((one) => one === type)
}

/** Two to four tables with rows, which refer to each other and to themselves, and perhaps one that links two of them. */
export function anyShop(g: GeneratorValue): Table[] {
  const names = g(() => fc.shuffledSubarray(tableNames, { minLength: 3, maxLength: 5 }))
  const [junction = '', ...rest] = names
  const drafts = rest.map((name) => anyTable(g, name))
  const tables = drafts.map((draft) => withForeignKeys(g, draft, drafts))
  if (g(fc.boolean)) tables.push(anyJunction(g, junction, tables))
  for (const table of tables) table.rows = anyRows(g, table)
  while (tables.some((table) => table.rows.length > 0 && lacksRows(table, tables))) {
    for (const table of tables) if (lacksRows(table, tables)) table.rows = []
  }
  for (const table of tables) {
    const rows = table.rows.map((row): Row => ({ ...row, ...anyReferences(g, table, tables) }))
    table.rows = differentBy(rows, table.key)
  }
  return tables
}

/** Whether its rows would have to refer to rows that are not there. */
function lacksRows({ columns, foreignKeys }: Table, tables: readonly Table[]): boolean {
  return foreignKeys.some((foreign) => {
    const mayBeNull = columns.some(({ name, isNullable }) => isNullable && foreign.columns.includes(name))
    return !mayBeNull && tableNamed(tables, foreign.table).rows.length === 0
  })
}

export function tableNamed(tables: readonly Table[], name: string): Table {
  const table = tables.find((one) => one.name === name)
  if (table === undefined) throw new Error(`there is no table ${name}`)
  return table
}

function anyTable(g: GeneratorValue, name: string): Table {
  const names = g(() => fc.shuffledSubarray(columnNames, { minLength: 2, maxLength: 5 }))
  const key = names.slice(0, g(fc.integer, { min: 1, max: 2 }))
  const columns = names.map((column): Column => {
    if (key.includes(column)) return { name: column, type: g(() => fc.constantFrom(...keyTypes)), isNullable: false }
    const type = g(() => fc.constantFrom(...(Object.keys(values) as (keyof typeof values)[])))
    return { name: column, type, isNullable: g(fc.boolean) }
  })
  return { name, key, columns, foreignKeys: [], rows: [] }
}

function withForeignKeys(g: GeneratorValue, table: Table, tables: readonly Table[]): Table {
  const targets = g(() => fc.array(fc.constantFrom(...tables), { maxLength: 2 }))
  const foreignKeys = targets.map((target, index) => foreignKey(target, `to ${index}`))
  const columns = targets.flatMap((target, index) => referringColumns(target, `to ${index}`, g(fc.boolean)))
  return { ...table, columns: [...table.columns, ...columns], foreignKeys }
}

/** A table of nothing but references to two others. */
function anyJunction(g: GeneratorValue, name: string, tables: readonly Table[]): Table {
  const ends = [g(() => fc.constantFrom(...tables)), g(() => fc.constantFrom(...tables))]
  const columns = ends.flatMap((target, index) => referringColumns(target, `to ${index}`, false))
  const foreignKeys = ends.map((target, index) => foreignKey(target, `to ${index}`))
  return { name, key: columns.map((column) => column.name), columns, foreignKeys, rows: [] }
}

function foreignKey({ name, key }: Table, prefix: string): ForeignKey {
  return { columns: key.map((column) => `${prefix} ${column}`), table: name }
}

function referringColumns({ key, columns }: Table, prefix: string, isNullable: boolean): Column[] {
  return columns
    .filter(({ name }) => key.includes(name))
    .toSorted((a, b) => key.indexOf(a.name) - key.indexOf(b.name))
    .map(({ name, type }) => ({ name: `${prefix} ${name}`, type, isNullable }))
}

function anyRows(g: GeneratorValue, { columns, key }: Table): Row[] {
  const cells = columns.map(({ name, type, isNullable }) => {
    const value: fc.Arbitrary<Value> = fc.constantFrom<Value[]>(...values[type])
    return [name, isNullable ? fc.option(value, { freq: 3 }) : value] as const
  })
  return differentBy(
    g(() => fc.array(fc.record(Object.fromEntries(cells), { noNullPrototype: true }), { maxLength: 6 })),
    key,
  )
}

/** What the foreign keys of a row hold: the key of any row, or nulls where they may. */
function anyReferences(g: GeneratorValue, { columns, foreignKeys }: Table, tables: readonly Table[]): Row {
  const found = foreignKeys.map((foreign): Row => {
    const { key, rows } = tableNamed(tables, foreign.table)
    const mayBeNull = columns.some(({ name, isNullable }) => isNullable && foreign.columns.includes(name))
    const isNull = rows.length === 0 || (mayBeNull && g(fc.boolean))
    const row = isNull ? undefined : g(() => fc.constantFrom(...rows))
    return Object.fromEntries(foreign.columns.map((name, index) => [name, row?.[key[index] ?? ''] ?? null]))
  })
  return Object.assign({}, ...found) as Row
}

function differentBy(rows: readonly Row[], key: readonly string[]): Row[] {
  return [...new Map(rows.map((row) => [JSON.stringify(key.map((name) => row[name])), row])).values()]
}
