import { sql, type RawBuilder } from 'kysely'
import { keyAlias } from './aliases.ts'
import { keyColumns, keyNames, references, type KeySource } from './key-source.ts'
import { orderItems } from './query-columns.ts'
import type { PerParent, RelationSpec } from './relation.ts'
import { builtStatement, rawStatement, type Statement } from './statement.ts'

/**
 * The children of all keys of a source, each beside its key. Where the key is among the `ownKeys`, it is not selected
 * twice.
 */
export function childStatement(spec: RelationSpec, keys: KeySource, ownKeys?: readonly string[]): Statement {
  const { kind, query, on } = spec
  const filtered = query.where(keys.filter)
  if (kind === 'aggregate') return builtStatement(filtered.select(keyColumns(on)).groupBy(groupColumns(spec)))
  if (ownKeys !== undefined) return builtStatement(filtered)
  if (kind === 'many' || kind === 'one') return builtStatement(filtered.select(keyColumns(on)))
  const found = filtered.clearOrderBy().select(keyColumns(on))
  const names = keyNames(on)
  if (kind === 'exists') return rawStatement(sql`select distinct ${names} from ${found} as "prefetch rows"`)
  return rawStatement(
    sql`select ${names}, count(*) as "prefetch value" from ${found} as "prefetch rows" group by ${names}`,
  )
}

/** The same with the limit and the offset of the relation, taken for each parent. */
export function limitedStatement(spec: RelationSpec, keys: KeySource, perParent: PerParent): Statement {
  return rawStatement(perParent === 'lateral' ? lateral(spec, keys) : numbered(spec, keys))
}

/** Asks for the children of one key after the other: as many rows are read as are wanted, where an index gives them. */
function lateral(spec: RelationSpec, keys: KeySource): RawBuilder<unknown> {
  const matches = spec.on.map(
    ({ reference }, index) => sql`${sql.ref(reference)} = "prefetch keys".${sql.id(keyAlias(index))}`,
  )
  const limited = limit(spec, sql`${sql.join(matches, sql` and `)}`)
  return sql`select "prefetch rows".*, "prefetch keys".* from ${keys.table} as "prefetch keys" cross join lateral ${limited} as "prefetch rows"`
}

/** The children for which a condition holds, cut to the limit and the offset of the relation. */
export function limit({ query, limit: most, offset }: RelationSpec, condition: RawBuilder<unknown>) {
  const matching = query.where(condition.$castTo<boolean>())
  const limited = most === undefined ? matching : matching.limit(most)
  return offset === 0 ? limited : limited.offset(offset)
}

/** Numbers the children of each key, and leaves out those whose number is too high or too low. */
function numbered({ query, on, limit: most, offset }: RelationSpec, keys: KeySource): RawBuilder<unknown> {
  const order = orderItems(query)
  const ordered = order.length === 0 ? sql`` : sql` order by ${sql.join(order)}`
  const position = sql`row_number() over (partition by ${references(on)}${ordered})`
  const rows = query
    .clearOrderBy()
    .where(keys.filter)
    .select([...keyColumns(on), position.as('prefetch position')])
  const last = most === undefined ? sql`` : sql` and "prefetch position" <= ${offset + most}`
  return sql`select * from ${rows} as "prefetch rows" where "prefetch position" > ${offset}${last} order by "prefetch position"`
}

function groupColumns({ on }: RelationSpec) {
  return on.map(({ reference }) => sql.ref(reference))
}
