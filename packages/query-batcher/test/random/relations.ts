import { sql, type Kysely } from 'kysely'
import { aggregate, count, exists, many, one, type Relation, type Relations } from '../../src/kysely.ts'
import type { Table } from './shop.ts'
import type { Wish } from './tree.ts'

/** What names and types there are only the running program knows. To the compiler all tables are one. */
export interface AnyRow {
  readonly a: string
}
export type Db = Kysely<Record<'t', AnyRow>>

const to = { table: ({ name }: Table) => name as 't', column: (name: string) => name as 'a' }

/** The relations that the wishes stand for, under the names r0, r1, … */
export function relationsOf(db: Db, wishes: readonly Wish[]): Relations<AnyRow> {
  return Object.fromEntries(wishes.map((wish, index) => [`r${String(index)}`, relationOf(db, wish)]))
}

function relationOf(db: Db, wish: Wish): Relation<AnyRow, unknown> {
  const { kind, link, maxKeys, children } = wish
  const from = rowsOf(db, wish)
  const keys = (link.through?.table ?? link.table).name
  const on = link.on.map(([child, parent]) => [to.column(`${keys}.${child}`), to.column(parent)] as const)
  const options = { on, maxKeys }
  if (kind === 'count') return count(from, options)
  if (kind === 'exists') return exists(from, options)
  if (kind === 'aggregate') return aggregate(from.select(sql<string>`count(*)`.as('all')), options)
  const rows = selectedOf(from, link.table, wish.columns)
  if (kind === 'one') return one(rows, { ...options, required: wish.isRequired }).with(relationsOf(db, children))
  const { limit, offset, perParent, hasBackReference } = wish
  const backReference = hasBackReference ? { backReference: 'owner' as const } : {}
  const ordered = orderedBy(rows, link.table, wish.order)
  return many(ordered, { ...options, limit, offset, perParent, ...backReference }).with(relationsOf(db, children))
}

function rowsOf(db: Db, { link: { table, through }, filter }: Wish) {
  const from = db.selectFrom(to.table(table)).$if(through !== undefined, (query) => {
    const on = through?.on.map(([child, own]) => sql`${column(table, child)} = ${column(through.table, own)}`) ?? []
    const joined = sql<AnyRow>`${sql.table(through?.table.name ?? '')}`.as<string>(sql.id(through?.table.name ?? ''))
    return query.innerJoin(joined, (join) => join.on(sql<boolean>`${sql.join(on, sql` and `)}`)) as typeof query
  })
  if (filter === undefined) return from
  return from.where(column(table, filter.column), filter.operator, filter.value)
}

/** The query of the rows that the relations are for. */
export function rootQuery(db: Db, table: Table, columns: readonly string[] | undefined, order: Wish['order']) {
  return orderedBy(selectedOf(db.selectFrom(to.table(table)), table, columns), table, order)
}

type Query = ReturnType<typeof rowsOf>

function selectedOf(query: Query, table: Table, columns: readonly string[] | undefined) {
  if (columns === undefined) return query.selectAll(to.table(table))
  return query.select(columns.map((name) => to.column(`${table.name}.${name}`)))
}

function orderedBy(query: ReturnType<typeof selectedOf>, table: Table, order: Wish['order']) {
  return order.reduce((ordered, [name, direction]) => ordered.orderBy(column(table, name), direction), query)
}

function column({ name }: Table, own: string) {
  return sql.ref(`${name}.${own}`)
}

/** Makes the tables, and fills them. */
export async function createTables(db: Db, tables: readonly Table[]): Promise<void> {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  for (const { name, columns, key } of tables) {
    const all = columns.map((one) => sql`${sql.id(one.name)} ${typeOf(one)} ${one.isNullable ? sql`` : sql`not null`}`)
    await sql`create table ${sql.id(name)} (${sql.join(all)}, primary key (${sql.join(key.map((one) => sql.id(one)))}))`.execute(
      db,
    )
  }
  for (const { name, rows } of tables) {
    for (const row of rows) {
      const names = sql.join(Object.keys(row).map((one) => sql.id(one)))
      await sql`insert into ${sql.id(name)} (${names}) values (${sql.join(Object.values(row))})`.execute(db)
    }
  }
  for (const { name, foreignKeys } of tables) {
    for (const foreign of foreignKeys) {
      const own = sql.join(foreign.columns.map((one) => sql.id(one)))
      await sql`alter table ${sql.id(name)} add foreign key (${own}) references ${sql.id(foreign.table)}`.execute(db)
    }
  }
}

/** Text is compared by its code points, as JavaScript does. */
function typeOf({ type }: Table['columns'][number]) {
  return type === 'text' ? sql`text collate "C"` : sql.raw(type)
}
