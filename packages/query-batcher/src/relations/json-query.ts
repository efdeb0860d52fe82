import { sql, type RawBuilder } from 'kysely'
import { limit } from './child-statement.ts'
import { references } from './key-source.ts'
import type { JsonPlan } from './json-plan.ts'

/** PostgreSQL takes at most 100 arguments for a function. */
const mostArguments = 90

/** What all relations give to a row of `parent`, as one value of JSON. */
export function jsonOf(plans: readonly JsonPlan[], parent: string): RawBuilder<unknown> {
  return jsonArray(plans.map((plan) => relationJson(plan, parent)))
}

/**
 * Rows travel as a list for each column: the server then looks up once for all rows how a column is written, and the
 * names need not travel.
 */
function relationJson({ spec, alias, columns, codecs, nested }: JsonPlan, parent: string): RawBuilder<unknown> {
  const pairs = spec.on.map(({ reference, column }) => sql`${sql.ref(reference)} = ${sql.id(parent, column)}`)
  const children = limit(spec, sql`${sql.join(pairs, sql` and `)}`)
  if (spec.kind === 'exists') return sql`exists ${children}`
  if (spec.kind === 'count') return sql`(select count(*) from ${children.clearOrderBy()} as ${sql.id(alias)})`
  const rows = spec.kind === 'aggregate' ? children.groupBy(sql`${references(spec.on)}`) : children
  const values = columns.map((name, index) => codecs[index]?.encode(sql.id(alias, name)) ?? sql.id(alias, name))
  const related = nested.length === 0 ? [] : [jsonOf(nested, alias)]
  // rows without columns have to be counted all the same
  const lists = (values.length > 0 ? [...values, ...related] : [sql`1`, ...related]).map(
    (value) => sql`json_agg(${value})`,
  )
  return sql`(select ${jsonArray(lists)} from ${rows} as ${sql.id(alias)})`
}

/** An array of values; above the most arguments, an array of such arrays. */
function jsonArray(values: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  if (values.length <= mostArguments) return sql`json_build_array(${sql.join(values)})`
  const parts = Array.from({ length: Math.ceil(values.length / mostArguments) }, (_, index) =>
    jsonArray(values.slice(index * mostArguments, (index + 1) * mostArguments)),
  )
  return sql`json_build_array(${sql.join(parts)})`
}

/** The values that `jsonArray` has put together. */
export function arrayValues(array: readonly unknown[], length: number): readonly unknown[] {
  return length <= mostArguments ? array : array.flat()
}
