import type { SelectQueryBuilder } from 'kysely'
import { createSpec } from './create-spec.ts'
import type { ColumnOf, KeyPairs, ParentOf } from './key-of.ts'
import { loadRelation } from './load-relation.ts'
import { oneRules, type OneOptions } from './options.ts'
import type { NoClash, Prefetched, Relation, RelationSpec, Relations, Simplify } from './relation.ts'
import { withRelations } from './with-relations.ts'

/** A relation to one row. `Missing` is what a parent without a row gets: `null`, or `never` when the row is required. */
export interface OneRelation<in Parent, Row, Missing> extends Relation<Parent, Row | Missing> {
  /**
   * The same relation with relations of its own rows, each loaded once for all of them. May be called again for more.
   *
   * @throws TypeError when `relations` holds anything but relations, or a name that is taken.
   */
  with<R extends Relations<Row>>(relations: R & NoClash<Row, R>): OneRelation<Parent, Prefetched<Row, R>, Missing>
}

/** What a parent's key and its row may be besides a value. */
export type MissingIf<Required extends boolean> = Required extends true ? never : null

/**
 * A relation to one row, `null` where there is none. Parents with the same key share one object. Two rows with the
 * same key are an error, since which of them was meant cannot be known.
 *
 * @param query - Selects the rows, filtered as wished, without any condition on the key.
 * @param options - The columns that belong together, and whether the row is required.
 * @throws TypeError for an unknown option, one of the wrong type, or a query with `limit`, `offset`, `distinct on` or
 * `union`, which would act on the rows of all parents together.
 * @throws RangeError for an option outside its range.
 */
export function one<
  DB,
  TB extends keyof DB,
  Row,
  const On extends KeyPairs<ColumnOf<DB, TB>>,
  Required extends boolean = false,
>(
  query: SelectQueryBuilder<DB, TB, Row>,
  options: OneOptions<On, Required>,
): OneRelation<ParentOf<DB, TB, On, MissingIf<Required>>, Simplify<Row>, MissingIf<Required>> {
  return oneRelation(createSpec('one', query, options, oneRules))
}

function oneRelation<Parent extends object, Row, Missing>(spec: RelationSpec): OneRelation<Parent, Row, Missing> {
  return {
    spec,
    load: async (parents, source) => (await loadRelation(spec, parents, source)) as (Row | Missing)[],
    with: (relations) => oneRelation(withRelations(spec, relations)),
  }
}
