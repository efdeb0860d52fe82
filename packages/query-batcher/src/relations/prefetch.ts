import type { SelectQueryBuilder } from 'kysely'
import { attach } from './attach.ts'
import { checkQueryOptions, type QueryOptions } from './options.ts'
import { prefetchJson } from './prefetch-json.ts'
import type { AnyQuery, NoClash, Prefetched, RelationDatabase, Relations } from './relation.ts'
import { run } from './statement.ts'
import { checkRelations } from './with-relations.ts'
import { withinSnapshot } from './within-snapshot.ts'

/**
 * Runs a query, and loads relations of its rows with one statement per relation and level, however many rows there are
 * (above `maxKeys` different keys, one per `maxKeys`). A relation without keys to ask for takes no statement. Every
 * statement runs on `db`, also when a relation's query was built from another instance. Sibling relations run at the
 * same time, and one after another when `db` is a transaction.
 *
 * @param db - The database or the transaction.
 * @param query - Selects the parents, and among their columns the keys of the relations.
 * @param relations - The relations by the names that their values get.
 * @param options - The strategy, a signal and whether all statements shall read one snapshot.
 * @returns The rows in the order of the query, each with its relations.
 * @throws TypeError when `relations` holds anything but relations, or a key is neither string, number nor bigint.
 * @throws MissingRelationError when a required row is missing.
 * @example
 * ```ts
 * import { many, one, prefetch } from '@seawall/query-batcher/kysely'
 *
 * const books = await prefetch(db, db.selectFrom('book').select(['id', 'title', 'author_id']), {
 *   author: one(db.selectFrom('author').select(['id', 'name']), { on: ['author.id', 'author_id'] }),
 *   reviews: many(db.selectFrom('review').select(['id', 'rating']), { on: ['review.book_id', 'id'] }),
 * })
 * ```
 */
export async function prefetch<DB, TB extends keyof DB, Parent extends object, R extends Relations<Parent>>(
  db: RelationDatabase,
  query: SelectQueryBuilder<DB, TB, Parent>,
  relations: R & NoClash<Parent, R>,
  options: QueryOptions = {},
): Promise<Prefetched<Parent, R>[]> {
  checkRelations('prefetch', relations)
  checkQueryOptions(options)
  const rows = await withinSnapshot(db, options, (on) => load(on, query as unknown as AnyQuery, relations, options))
  return rows as Prefetched<Parent, R>[]
}

async function load(
  db: RelationDatabase,
  query: AnyQuery,
  relations: Relations<never>,
  { strategy = 'select', signal }: QueryOptions,
): Promise<object[]> {
  const source = { db, path: '', signal }
  if (strategy === 'json') return prefetchJson(query, relations, source)
  const rows = await run(source, query.compile())
  await attach(rows, relations, { ...source, parents: strategy === 'subquery' ? query : undefined })
  return rows
}
