import type { SelectQueryBuilder } from 'kysely'
import { attach } from './attach.ts'
import { checkRelations } from './check-relations.ts'
import type { NoClash, Prefetched, RelationDatabase, Relations } from './relation.ts'

/**
 * Runs a query, and loads relations of its rows with one statement per relation and level, however many rows there are
 * (above `maxKeys` different keys, one per `maxKeys`). A relation without keys to ask for takes no statement. Every
 * statement runs on `db`, also when a relation's query was built from another instance. Sibling relations run at the
 * same time, and one after another when `db` is a transaction.
 *
 * @param db - The database or the transaction.
 * @param query - Selects the parents, and among their columns the keys of the relations.
 * @param relations - The relations by the names that their values get.
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
): Promise<Prefetched<Parent, R>[]> {
  checkRelations('prefetch', relations)
  const { rows } = await db.executeQuery(query)
  return load(db, rows, relations)
}

/**
 * Loads relations of rows at hand, as `prefetch` does. The rows are copied and not changed.
 *
 * @param db - The database or the transaction.
 * @param rows - The parents, with the keys of the relations.
 * @param relations - The relations by the names that their values get.
 * @returns Copies of the rows in the same order, each with its relations.
 * @throws TypeError when `relations` holds anything but relations, or a key is neither string, number nor bigint.
 * @throws MissingRelationError when a required row is missing.
 */
export async function prefetchRows<Parent extends object, R extends Relations<Parent>>(
  db: RelationDatabase,
  rows: readonly Parent[],
  relations: R & NoClash<Parent, R>,
): Promise<Prefetched<Parent, R>[]> {
  checkRelations('prefetch', relations)
  return load(
    db,
    rows.map((row) => ({ ...row })),
    relations,
  )
}

async function load<Parent extends object, R extends Relations<Parent>>(
  db: RelationDatabase,
  rows: Parent[],
  relations: R,
) {
  await attach(rows, relations, { db, path: '' })
  return rows as Prefetched<Parent, R>[]
}
