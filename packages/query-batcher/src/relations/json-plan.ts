import { alias } from './aliases.ts'
import { below, clash } from './attach.ts'
import { jsonCodecs, type JsonCodec } from './json-codecs.ts'
import type { RelationSource, RelationSpec, Relations } from './relation.ts'
import { columnTypes, rowColumns } from './row-columns.ts'

/** How a relation becomes a part of its parents' statement. */
export interface JsonPlan {
  readonly name: string
  /** The name below the names of the relations that it is nested in. */
  readonly path: string
  /** The name of its rows within the statement. */
  readonly alias: string
  readonly spec: RelationSpec
  /** The columns of its rows; none for what is not a row. */
  readonly columns: readonly string[]
  /** How each column travels. */
  readonly codecs: readonly JsonCodec[]
  readonly nested: readonly JsonPlan[]
  /** Relations of the rows that have no query of their own, and are loaded after. */
  readonly others: Relations<never>
}

/** The plans of all relations that have a query, and the relations that have none. */
export interface JsonPlans {
  readonly plans: readonly JsonPlan[]
  readonly others: Relations<never>
}

type Draft = Omit<JsonPlan, 'codecs' | 'nested'> & { codecs: readonly JsonCodec[]; nested: readonly Draft[] }

/** Plans relations, and those below them. What the server has to be asked for is asked once for each shape. */
export async function planJson(relations: Relations<never>, source: RelationSource): Promise<JsonPlans> {
  const drafts: Draft[] = []
  const { plans, others } = await draft(relations, source, drafts)
  const withRows = drafts.filter(({ columns }) => columns.length > 0)
  if (withRows.length === 0) return { plans, others }
  const codecs = await jsonCodecs(source)
  const types = await columnTypes(
    withRows.map(({ spec: { query }, columns }) => ({ query, columns })),
    source,
  )
  for (const [index, one] of withRows.entries()) {
    one.codecs = one.columns.map((name, column) => codecOf(codecs, types[index]?.[column] ?? '', name, one.path))
  }
  return { plans, others }
}

async function draft(relations: Relations<never>, source: RelationSource, all: Draft[]) {
  const plans: Draft[] = []
  const others: Record<string, Relations<never>[string]> = {}
  for (const [name, relation] of Object.entries(relations)) {
    const { spec } = relation
    if (spec === undefined) {
      others[name] = relation
      continue
    }
    const path = below(source.path, name)
    const isRow = spec.kind !== 'count' && spec.kind !== 'exists'
    const columns = isRow ? await rowColumns(spec.query, source) : []
    for (const inner of Object.keys(spec.relations)) if (columns.includes(inner)) throw clash(inner, path)
    const plan: Draft = { name, path, alias: alias(all.length), spec, columns, codecs: [], nested: [], others: {} }
    all.push(plan)
    const inner = await draft(spec.relations, { ...source, path }, all)
    plans.push(Object.assign(plan, { nested: inner.plans, others: inner.others }))
  }
  return { plans, others }
}

function codecOf(codecs: ReadonlyMap<string, JsonCodec>, type: string, column: string, path: string): JsonCodec {
  const codec = codecs.get(type)
  if (codec !== undefined) return codec
  throw new TypeError(
    `Cannot prefetch '${path}' by JSON as '${column}' is of the type ${type}, which JSON cannot carry: ` +
      "use the strategy 'select', or select the column as text",
  )
}
