import { sql, type RawBuilder } from 'kysely'
import { alias } from './aliases.ts'
import { columnNames } from './query-columns.ts'
import { readJson } from './read-json.ts'
import type { AnyQuery, RelationSource } from './relation.ts'
import { rememberShape } from './shapes.ts'
import { run } from './statement.ts'

/** A query and the columns that its rows have. */
export interface DescribedQuery {
  /** The query. */
  readonly query: AnyQuery
  /** The names of its columns, as the rows have them. */
  readonly columns: readonly string[]
}

/**
 * The columns that the rows of a query have. The query itself says it, unless it has `select *` or a plugin gives the
 * columns other names: then the server is asked once for a row of nothing but nulls.
 */
export async function rowColumns(query: AnyQuery, source: RelationSource): Promise<readonly string[]> {
  const { db } = source
  const written = db.getExecutor().plugins.length === 0 ? columnNames(query) : undefined
  if (written !== undefined) return [...new Set(written)]
  const question = sql`select "prefetch rows".* from ${emptyRow([query.clearOrderBy()], () => 'prefetch rows')}`
  const compiled = question.compile(db)
  return rememberShape(db, shapeOf(db, compiled.sql), async () => {
    const [row = {}] = await run(source, compiled)
    return Object.keys(row)
  })
}

/** The types of all columns of all queries, as PostgreSQL writes them; `enum` for any enum. Asked once. */
export async function columnTypes(queries: readonly DescribedQuery[], source: RelationSource): Promise<string[][]> {
  const rows = emptyRow(
    queries.map(({ query }) => query.clearOrderBy()),
    alias,
  )
  const question = sql`select json_build_array(${sql.join(queries.map(typesOf))})::text as types from ${rows}`
  const compiled = question.compile(source.db)
  return rememberShape(source.db, compiled.sql, async () => {
    const [row] = await run<{ types: unknown }>(source, compiled)
    return readJson(row?.types ?? []) as string[][]
  })
}

/** The names of a plugin are part of what is asked. */
function shapeOf(db: RelationSource['db'], text: string): string {
  const names = db.getExecutor().plugins.map((plugin) => plugin.constructor.name)
  return `${names.join()} ${text}`
}

/** One row of nulls with the columns of the queries, none of which is run. */
function emptyRow(queries: readonly AnyQuery[], nameOf: (index: number) => string): RawBuilder<unknown> {
  const joins = queries.map((query, index) => sql`left join ${query} as ${sql.id(nameOf(index))} on false`)
  return sql`(values (1)) as "prefetch nothing" ${sql.join(joins, sql` `)}`
}

/** A domain arrives at the driver as the type that it is made of. */
function typesOf({ columns }: DescribedQuery, index: number): RawBuilder<unknown> {
  const types = columns.map((name) => sql`pg_typeof(${sql.id(alias(index), name)})::oid`)
  const base = sql`case t.typtype when 'd' then t.typbasetype else t.oid end`
  return sql`(
    select json_agg(case t.typtype when 'e' then 'enum' else format_type(${base}, null) end order by c.number)
    from unnest(array[${sql.join(types)}]) with ordinality as c(oid, number) join pg_type as t on t.oid = c.oid
  )`
}
