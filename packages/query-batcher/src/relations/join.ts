import type { SelectQueryBuilder } from 'kysely'
import { attach, clash } from './attach.ts'
import { planJoins, type JoinedColumn, type JoinPlan } from './join-plan.ts'
import { checkJoinable, joinedQuery } from './join-query.ts'
import { missingRow } from './load-relation.ts'
import { checkPrefetchOptions, type PrefetchOptions } from './options.ts'
import type { AnyQuery, NoClash, Prefetched, RelationDatabase, RelationSource, Relations } from './relation.ts'
import { run } from './statement.ts'
import { checkRelations } from './with-relations.ts'
import { withinSnapshot } from './within-snapshot.ts'

type Row = Record<string, unknown>

/** A joined relation and the rows that have been found of it. */
interface Found {
  readonly plan: JoinPlan
  readonly rows: Row[]
  readonly joined: readonly Found[]
}

/**
 * Runs a query with its relations to one row in the same statement, by SQL JOIN, at any depth: INNER where a row is
 * required on the whole way, LEFT elsewhere. All other relations, also those of the joined rows, are loaded as
 * `prefetch` does. The columns of `on` have to be a unique key of the child, or the parents are multiplied; unlike with
 * `prefetch`, parents with the same key have an object each, and a parent whose required row is missing is left out.
 *
 * @param db - The database or the transaction.
 * @param query - Selects the parents, and among their columns the keys of the relations.
 * @param relations - The relations by the names that their values get.
 * @param options - A signal, and whether all statements shall read one snapshot.
 * @returns The rows in the order of the query, each with its relations.
 * @throws TypeError when `relations` holds anything but relations, or the query has `distinct`, `group by` or `union`.
 * @example
 * ```ts
 * import { join, many, one } from '@seawall/query-batcher/kysely'
 *
 * const books = await join(db, db.selectFrom('book').select(['book.id', 'title', 'author_id']).orderBy('book.id'), {
 *   author: one(db.selectFrom('author').select('name'), { on: ['author.id', 'author_id'], required: true }),
 *   reviews: many(db.selectFrom('review').select('rating'), { on: ['review.book_id', 'id'] }),
 * })
 * books.map((book) => book.author.name) // ['Lem', 'Le Guin', 'Lem', 'Kandel']
 * ```
 */
export async function join<DB, TB extends keyof DB, Parent extends object, R extends Relations<Parent>>(
  db: RelationDatabase,
  query: SelectQueryBuilder<DB, TB, Parent>,
  relations: R & NoClash<Parent, R>,
  options: PrefetchOptions = {},
): Promise<Prefetched<Parent, R>[]> {
  checkRelations('join', relations)
  checkPrefetchOptions('join', options)
  const parents = query as unknown as AnyQuery
  checkJoinable(parents)
  const { signal } = options
  const rows = await withinSnapshot(db, options, (on) => load(parents, relations, { db: on, path: '', signal }))
  return rows as Prefetched<Parent, R>[]
}

async function load(query: AnyQuery, relations: Relations<never>, source: RelationSource): Promise<object[]> {
  const { joined, others } = await planJoins(relations, source)
  const rows = await run<Row>(source, joinedQuery(query, joined).compile())
  const [first = {}] = rows
  const found = joined.map(noneFound)
  const added = new Set(found.flatMap(aliasesOf))
  const columns = Object.keys(first).filter((name) => !added.has(name))
  refuseClashes(columns, joined, source.path)
  const own = columns.map((name): JoinedColumn => ({ name, alias: name }))
  const parents = rows.map((row) => {
    const parent = rowOf(own, row)
    takeJoined(parent, row, found)
    return parent
  })
  await attachOthers(found, source)
  await attach(parents, others, source)
  return parents
}

function noneFound(plan: JoinPlan): Found {
  return { plan, rows: [], joined: plan.joined.map(noneFound) }
}

function aliasesOf({ plan, joined }: Found): string[] {
  return [...plan.columns.map(({ alias }) => alias), ...plan.keyAliases, ...joined.flatMap(aliasesOf)]
}

function refuseClashes(columns: readonly string[], plans: readonly JoinPlan[], path: string): void {
  for (const { name } of plans) if (columns.includes(name)) throw clash(name, path)
}

/** Lays on a parent what stands beside it in the row. A row that is missing is known by its key, which then is null. */
function takeJoined(parent: Row, row: Row, relations: readonly Found[]): void {
  for (let index = 0; index < relations.length; index++) {
    const { plan, rows, joined } = relations[index] as Found
    const isMissing = plan.keyAliases.some((name) => row[name] === null)
    if (isMissing && plan.spec.required) throw missingRow(plan.spec.on, parent, plan.path)
    const child = isMissing ? null : rowOf(plan.columns, row)
    parent[plan.name] = child
    if (child === null) continue
    rows.push(child)
    takeJoined(child, row, joined)
  }
}

function rowOf(columns: readonly JoinedColumn[], row: Row): Row {
  const found: Row = {}
  for (let index = 0; index < columns.length; index++) {
    const { name, alias } = columns[index] as JoinedColumn
    found[name] = row[alias]
  }
  return found
}

async function attachOthers(found: readonly Found[], source: RelationSource): Promise<void> {
  for (const { plan, rows, joined } of found) {
    await attachOthers(joined, source)
    await attach(rows, plan.others, { ...source, path: plan.path })
  }
}
