import { sql, type SelectQueryNode } from 'kysely'
import { alias } from './aliases.ts'
import { attach, clash } from './attach.ts'
import { copyOf } from './copy-of.ts'
import { planJson, type JsonPlans } from './json-plan.ts'
import { jsonOf } from './json-query.ts'
import { jsonReader, takeJson, type JsonReader } from './json-rows.ts'
import { readJson } from './read-json.ts'
import type { AnyQuery, RelationSource, Relations } from './relation.ts'
import { forgetShapes } from './shapes.ts'
import { run } from './statement.ts'

/** The name of the column with the relations. */
const json = alias(0)

/** Loads rows and their relations by one statement, in which the relations are a column of JSON. */
export async function prefetchJson(
  query: AnyQuery,
  relations: Relations<never>,
  source: RelationSource,
): Promise<object[]> {
  const { plans, others } = await planJson(relations, source)
  const readers = plans.map(jsonReader)
  const rows = await selectRows(query, plans, source)
  const [first] = rows
  if (first === undefined) return rows
  const columns = Object.keys(first).filter((name) => name !== json)
  for (const { name } of plans) if (columns.includes(name)) throw clash(name, source.path)
  const parents = rows.map((row) => {
    const parent = copyOf(row, columns)
    if (readers.length > 0) takeJson(readers, readJson(row[json]), parent)
    return parent
  })
  await attachOthers(readers, source)
  await attach(parents, others, source)
  return parents
}

async function selectRows(query: AnyQuery, plans: JsonPlans['plans'], source: RelationSource) {
  const column = sql`${jsonOf(plans, 'prefetch parents')}::text as ${sql.id(json)}`
  const statement = sql`select "prefetch parents".*, ${column} from ${fenced(query)} as "prefetch parents"`
  try {
    return await run<Record<string, unknown>>(source, statement.compile(source.db))
  } catch (error) {
    // undefined column and its like: the tables may have changed since the server was asked for their columns
    if (String((error as { code?: unknown } | null)?.code).startsWith('42')) forgetShapes(source.db)
    throw error
  }
}

/** A subquery with a limit keeps its order also where PostgreSQL runs the statement in parallel. */
function fenced(query: AnyQuery): AnyQuery {
  const { orderBy, limit, fetch } = query.toOperationNode() as SelectQueryNode
  const isOpen = orderBy !== undefined && limit === undefined && fetch === undefined
  return isOpen ? query.limit(Number.MAX_SAFE_INTEGER) : query
}

async function attachOthers(readers: readonly JsonReader[], source: RelationSource): Promise<void> {
  for (const { plan, rows, nested } of readers) {
    await attach(rows, plan.others, { ...source, path: plan.path })
    await attachOthers(nested, source)
  }
}
