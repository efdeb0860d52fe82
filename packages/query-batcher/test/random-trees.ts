import fc from 'fast-check'
import { sql, type Kysely } from 'kysely'
import { aggregate, count, exists, many, one, type Relation, type Relations } from '../src/kysely.ts'

/** Any of three tables: `id` is unique, `x` and `y` are what rows have in common, `n` is what they are ordered by. */
export interface Row {
  readonly id: number
  readonly x: number | null
  readonly y: string | null
  readonly n: number
}

export type Tables = Readonly<Record<'t0' | 't1' | 't2', Row>>
type TableName = keyof Tables
export type Data = Readonly<Record<TableName, readonly Row[]>>

/** What one relation asks for. */
export interface Wish {
  readonly kind: 'many' | 'one' | 'count' | 'exists' | 'aggregate'
  readonly table: TableName
  /** The child's columns and the parent's. */
  readonly on: readonly (readonly ['id' | 'x' | 'y', 'id' | 'x' | 'y'])[]
  readonly least: number | undefined
  readonly direction: 'asc' | 'desc'
  readonly limit: number | undefined
  readonly offset: number | undefined
  readonly perParent: 'lateral' | 'window' | undefined
  readonly maxKeys: number
  readonly children: readonly Wish[]
}

export interface World {
  readonly data: Data
  readonly root: TableName
  readonly wishes: readonly Wish[]
  readonly strategy: 'select' | 'json' | 'subquery' | 'join'
}

const table = fc.constantFrom<TableName>('t0', 't1', 't2')
const id = fc.integer({ min: 1, max: 6 })
const rows = fc.uniqueArray(
  fc.record({
    id,
    x: fc.option(id, { freq: 3 }),
    y: fc.option(fc.constantFrom('1', 'a', 'A', '1:1', '"', ''), { freq: 3 }),
    n: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 6, selector: (row) => row.id },
)

const number = fc.constantFrom<'id' | 'x'>('id', 'x')
const pairs = {
  one: fc.oneof(
    fc.tuple(fc.tuple(fc.constant('id' as const), number)),
    fc.tuple(
      fc.tuple(fc.constant('y' as const), fc.constant('y' as const)),
      fc.tuple(fc.constant('id' as const), number),
    ),
  ),
  any: fc.oneof(
    fc.tuple(fc.tuple(number, number)),
    fc.tuple(fc.tuple(fc.constant('y' as const), fc.constant('y' as const))),
    fc.tuple(fc.tuple(number, number), fc.tuple(fc.constant('y' as const), fc.constant('y' as const))),
  ),
}

const wish: fc.Memo<Wish> = fc.memo((depth) => {
  const children = depth > 1 ? fc.array(wish(depth - 1), { maxLength: 2 }) : fc.constant([])
  return fc.constantFrom<Wish['kind']>('many', 'many', 'one', 'one', 'count', 'exists', 'aggregate').chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      table,
      on: kind === 'one' ? pairs.one : pairs.any,
      least: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      direction: fc.constantFrom<Wish['direction']>('asc', 'desc'),
      limit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      offset: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
      perParent: fc.constantFrom('lateral', 'window', undefined),
      maxKeys: fc.integer({ min: 1, max: 5 }),
      children,
    }),
  )
})

export const world: fc.Arbitrary<World> = fc.record({
  data: fc.record({ t0: rows, t1: rows, t2: rows }),
  root: table,
  wishes: fc.array(wish(3), { minLength: 1, maxLength: 3 }),
  strategy: fc.constantFrom('select', 'json', 'subquery', 'join'),
})

/** The relations that the wishes stand for, under the names r0, r1, … */
export function relationsOf(db: Kysely<Tables>, wishes: readonly Wish[]): Relations<Row> {
  return Object.fromEntries(wishes.map((one, index) => [`r${index}`, relationOf(db, one)]))
}

function relationOf(db: Kysely<Tables>, wished: Wish): Relation<Row, unknown> {
  const { kind, direction, limit, offset, perParent, maxKeys } = wished
  const from = db
    .selectFrom(wished.table)
    .$if(wished.least !== undefined, (query) => query.where('n', '>=', wished.least ?? 0))
  const options = { on: wished.on as readonly ['id', 'id'][], maxKeys }
  if (kind === 'count') return count(from, options)
  if (kind === 'exists') return exists(from, options)
  if (kind === 'aggregate')
    return aggregate(
      from.select(({ fn }) => [fn.max('n').as('most'), fn.countAll<string>().as('all')]),
      options,
    )
  if (kind === 'one') return one(from.selectAll(), options).with(relationsOf(db, wished.children))
  const ordered = from.selectAll().orderBy('n', direction).orderBy('id', direction)
  return many(ordered, { ...options, limit, offset, perParent }).with(relationsOf(db, wished.children))
}

/** The same by looking at every row in memory. */
export function bruteForce(data: Data, parents: readonly Row[], wishes: readonly Wish[]): object[] {
  return parents.map((parent) => ({
    ...parent,
    ...Object.fromEntries(wishes.map((one, index) => [`r${index}`, valueOf(data, parent, one)])),
  }))
}

function valueOf(data: Data, parent: Row, { kind, table: name, on, least = 0, children, ...rest }: Wish): unknown {
  const { direction, limit = Infinity, offset = 0 } = rest
  const found = data[name]
    .filter((row) => row.n >= least && on.every(([child, own]) => parent[own] !== null && row[child] === parent[own]))
    .toSorted((a, b) => (a.n - b.n || a.id - b.id) * (direction === 'asc' ? 1 : -1))
  if (kind === 'count') return found.length
  if (kind === 'exists') return found.length > 0
  if (kind === 'aggregate')
    return found.length === 0 ? null : { most: Math.max(...found.map(({ n }) => n)), all: String(found.length) }
  if (kind === 'one') return bruteForce(data, found, children)[0] ?? null
  return bruteForce(data, found.slice(offset, offset + limit), children)
}

/** Fills the tables anew. */
export async function fill(db: Kysely<Tables>, data: Data): Promise<void> {
  await sql`truncate t0, t1, t2`.execute(db)
  for (const name of ['t0', 't1', 't2'] as const) {
    if (data[name].length > 0)
      await db
        .insertInto(name)
        .values([...data[name]])
        .execute()
  }
}
