import { sql, type RawBuilder, type SelectQueryNode } from 'kysely'
import { keyAlias } from './aliases.ts'
import type { JoinPlan } from './join-plan.ts'
import { keyColumns } from './key-source.ts'
import { columnExpression } from './query-columns.ts'
import type { AnyQuery } from './relation.ts'

/** The query with its relations to one row joined, however deep. */
export function joinedQuery(query: AnyQuery, plans: readonly JoinPlan[]): AnyQuery {
  return joinAll(query, plans, (column) => sql`${columnExpression(query, column) ?? sql.ref(column)}`)
}

function joinAll(
  query: AnyQuery,
  plans: readonly JoinPlan[],
  parentColumn: (name: string) => RawBuilder<unknown>,
): AnyQuery {
  return plans.reduce((before, plan) => {
    const { alias, columns, keyAliases, spec, inner, joined } = plan
    const condition = spec.on.map(
      ({ column }, index) => sql<boolean>`${sql.id(alias, keyAliases[index] ?? '')} = ${parentColumn(column)}`,
    )
    const table = joinedTable(plan).as<string>(alias)
    const on = sql<boolean>`${sql.join(condition, sql` and `)}`
    const after = inner ? before.innerJoin(table, (join) => join.on(on)) : before.leftJoin(table, (join) => join.on(on))
    const names = [...new Set([...columns.map((column) => column.alias), ...keyAliases])]
    const selected = after.select(names.map((name) => sql.id(alias, name).as(name))) as AnyQuery
    return joinAll(selected, joined, (name) =>
      sql.id(alias, columns.find((column) => column.name === name)?.alias ?? name),
    )
  }, query)
}

/** The relation's query, its columns renamed so that none can be taken for one of the parents. */
function joinedTable({ spec, columns, keyAliases }: JoinPlan): RawBuilder<object> {
  const rows = spec.query.clearOrderBy().select(keyColumns(spec.on))
  const named = new Map(columns.map(({ name, alias }) => [alias, name]))
  for (const [index, alias] of keyAliases.entries()) if (!named.has(alias)) named.set(alias, keyAlias(index))
  const renamed = Array.from(named, ([alias, name]) => sql`${sql.id('prefetch rows', name)} as ${sql.id(alias)}`)
  return sql<object>`(select ${sql.join(renamed)} from ${rows} as "prefetch rows")`
}

/** Clauses that make of several rows one, to which no row can be joined any more. */
const foldingClauses = {
  distinctOn: 'distinct on',
  fetch: 'fetch',
  groupBy: 'group by',
  having: 'having',
  setOperations: 'union, intersect or except',
} as const satisfies Partial<Record<keyof SelectQueryNode, string>>

/** Refuses a query whose meaning a JOIN would change. */
export function checkJoinable(query: AnyQuery): void {
  const node: Partial<SelectQueryNode> = query.toOperationNode() as SelectQueryNode
  const isDistinct = node.frontModifiers?.some(({ modifier }) => modifier === 'Distinct') ?? false
  const isThere = ([clause]: readonly string[]) => node[clause as keyof typeof foldingClauses] !== undefined
  const [, words] = Object.entries(foldingClauses).find(isThere) ?? []
  if (words === undefined && !isDistinct) return
  throw new TypeError(`Cannot join relations to a query with '${words ?? 'distinct'}': use 'prefetch' instead`)
}
