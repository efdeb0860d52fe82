import { alias } from './aliases.ts'
import { below, clash } from './attach.ts'
import { nameOfColumn } from './query-columns.ts'
import type { RelationSource, RelationSpec, Relations } from './relation.ts'
import { rowColumns } from './row-columns.ts'

/** A column of a joined row, and its name in the rows of the statement. */
export interface JoinedColumn {
  readonly name: string
  readonly alias: string
}

/** How a relation to one row is joined. */
export interface JoinPlan {
  readonly name: string
  /** The name below the names of the relations that it is nested in. */
  readonly path: string
  readonly spec: RelationSpec
  /** The name of the joined query within the statement. */
  readonly alias: string
  readonly columns: readonly JoinedColumn[]
  /** The names of the columns of its key, null where there is no row. They may be columns of the row too. */
  readonly keyAliases: readonly string[]
  /** Whether every parent has a row, on the whole way from the query. */
  readonly inner: boolean
  readonly joined: readonly JoinPlan[]
  /** Relations of the joined rows that are loaded by statements of their own. */
  readonly others: Relations<never>
}

/** The relations that are joined, and those that are loaded after. */
export interface JoinPlans {
  readonly joined: readonly JoinPlan[]
  readonly others: Relations<never>
}

/** Plans the relations to one row, and those below them. */
export function planJoins(relations: Relations<never>, source: RelationSource): Promise<JoinPlans> {
  let used = 0
  return plan(relations, source, true, () => alias(used++))
}

async function plan(
  relations: Relations<never>,
  source: RelationSource,
  inner: boolean,
  newAlias: () => string,
): Promise<JoinPlans> {
  const joined: JoinPlan[] = []
  const others: Record<string, Relations<never>[string]> = {}
  for (const [name, relation] of Object.entries(relations)) {
    const { spec } = relation
    if (spec?.kind !== 'one') {
      others[name] = relation
      continue
    }
    const path = below(source.path, name)
    const isInner = inner && spec.required
    const columns = await rowColumns(spec.query, source)
    for (const below of Object.keys(spec.relations)) if (columns.includes(below)) throw clash(below, path)
    const renamed = columns.map((column): JoinedColumn => ({ name: column, alias: newAlias() }))
    joined.push({
      name,
      path,
      spec,
      alias: newAlias(),
      columns: renamed,
      keyAliases: spec.on.map(({ reference }) => aliasOf(nameOfColumn(spec.query, reference), renamed) ?? newAlias()),
      inner: isInner,
      ...(await plan(spec.relations, { ...source, path }, isInner, newAlias)),
    })
  }
  return { joined, others }
}

function aliasOf(name: string | undefined, columns: readonly JoinedColumn[]): string | undefined {
  return columns.find((column) => column.name === name)?.alias
}
