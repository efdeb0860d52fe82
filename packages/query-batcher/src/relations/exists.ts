import type { SelectQueryBuilder } from 'kysely'
import { createSpec } from './create-spec.ts'
import type { ColumnOf, KeyPairs, ParentOf } from './key-of.ts'
import { loadRelation } from './load-relation.ts'
import { relationRules, type RelationOptions } from './options.ts'
import type { Relation } from './relation.ts'

/**
 * Whether any row belongs to a parent.
 *
 * @param query - The rows to look for, filtered as wished; it need not select anything.
 * @param options - The columns that belong together.
 * @throws TypeError for an unknown option, one of the wrong type, or a query that would act on all parents together.
 * @throws RangeError for an option outside its range.
 */
export function exists<DB, TB extends keyof DB, Row, const On extends KeyPairs<ColumnOf<DB, TB>>>(
  query: SelectQueryBuilder<DB, TB, Row>,
  options: RelationOptions<On>,
): Relation<ParentOf<DB, TB, On, null>, boolean> {
  const spec = createSpec('exists', query, options, relationRules)
  return { spec, load: async (parents, source) => (await loadRelation(spec, parents, source)) as boolean[] }
}
