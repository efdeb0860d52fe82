import type { SelectQueryBuilder } from 'kysely'
import { createSpec } from './create-spec.ts'
import type { ColumnOf, KeyPairs, ParentOf } from './key-of.ts'
import { loadRelation } from './load-relation.ts'
import { relationRules, type RelationOptions } from './options.ts'
import type { Relation } from './relation.ts'

/**
 * How many rows belong to a parent, counted by the database; `0` where there are none.
 *
 * @param query - The rows to count, filtered as wished; it need not select anything.
 * @param options - The columns that belong together.
 * @throws TypeError for an unknown option, one of the wrong type, or a query that would act on all parents together.
 * @throws RangeError for an option outside its range.
 * @example
 * ```ts
 * import { count, prefetch } from '@seawall/query-batcher/kysely'
 *
 * const approved = db.selectFrom('review').where('is_approved', '=', true)
 * const books = await prefetch(db, db.selectFrom('book').select(['id', 'title']), {
 *   reviews: count(approved, { on: ['review.book_id', 'id'] }),
 * })
 * books.map((book) => book.reviews) // [2, 1, 1, 0]
 * ```
 */
export function count<DB, TB extends keyof DB, Row, const On extends KeyPairs<ColumnOf<DB, TB>>>(
  query: SelectQueryBuilder<DB, TB, Row>,
  options: RelationOptions<On>,
): Relation<ParentOf<DB, TB, On, null>, number> {
  const spec = createSpec('count', query, options, relationRules)
  return { spec, load: async (parents, source) => (await loadRelation(spec, parents, source)) as number[] }
}
