import type { SelectQueryBuilder } from 'kysely'
import { createSpec } from './create-spec.ts'
import type { ColumnOf, KeyPairs, ParentOf } from './key-of.ts'
import { loadRelation } from './load-relation.ts'
import { relationRules, type RelationOptions } from './options.ts'
import type { Relation, Simplify } from './relation.ts'

/**
 * What aggregate functions make of the rows of a parent, `null` where it has no rows. The query is grouped by the key.
 *
 * @param query - Selects aggregates of the rows, filtered as wished, without `group by`.
 * @param options - The columns that belong together.
 * @throws TypeError for an unknown option, one of the wrong type, or a query that would act on all parents together.
 * @throws RangeError for an option outside its range.
 * @example
 * ```ts
 * import { aggregate, prefetch } from '@seawall/query-batcher/kysely'
 *
 * const ratings = db.selectFrom('review').select(({ fn }) => fn.max('rating').as('best'))
 * const books = await prefetch(db, db.selectFrom('book').select(['id', 'title']), {
 *   ratings: aggregate(ratings, { on: ['review.book_id', 'id'] }),
 * })
 * books.map((book) => book.ratings?.best) // [5, 4, 4, undefined]
 * ```
 */
export function aggregate<DB, TB extends keyof DB, Row, const On extends KeyPairs<ColumnOf<DB, TB>>>(
  query: SelectQueryBuilder<DB, TB, Row>,
  options: RelationOptions<On>,
): Relation<ParentOf<DB, TB, On, null>, Simplify<Row> | null> {
  const spec = createSpec('aggregate', query, options, relationRules)
  return {
    spec,
    load: async (parents, source) => (await loadRelation(spec, parents, source)) as (Simplify<Row> | null)[],
  }
}
