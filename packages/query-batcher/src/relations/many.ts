import type { SelectQueryBuilder } from 'kysely'
import { createSpec } from './create-spec.ts'
import type { ColumnOf, KeyPairs, ParentOf } from './key-of.ts'
import { loadRelation } from './load-relation.ts'
import { manyRules, type ManyOptions } from './options.ts'
import type { NoClash, Prefetched, Relation, RelationSpec, Relations, Simplify } from './relation.ts'
import { withRelations } from './with-relations.ts'

/** A relation to any number of rows: an array, empty where a parent has none. */
export interface ManyRelation<in Parent, Row, Back extends string = never> extends Relation<Parent, Row[]> {
  /** The name under which each row knows its parent, where the options gave one. */
  readonly backReference: Back | undefined
  /**
   * The same relation with relations of its own rows, each loaded once for all of them. May be called again for more.
   *
   * @throws TypeError when `relations` holds anything but relations, or a name that is taken.
   */
  with<R extends Relations<Row>>(relations: R & NoClash<Row, R>): ManyRelation<Parent, Prefetched<Row, R>, Back>
}

/** Refuses a back-reference with the name of a column. */
export type NoColumn<Row, Name extends string> = {
  /** The name, or why it cannot be one. */
  readonly backReference?: Name extends keyof Row ? `'${Name}' is a column of the rows already` : Name
}

/**
 * A relation to any number of rows, each in the order of the query. A row that belongs to two parents, as over a
 * junction table, is two objects.
 *
 * @param query - Selects the rows, filtered and ordered as wished, without any condition on the key.
 * @param options - The columns that belong together, and how many rows a parent gets.
 * @throws TypeError for an unknown option, one of the wrong type, or a query with `limit`, `offset`, `distinct on` or
 * `union`, which would act on the rows of all parents together.
 * @throws RangeError for an option outside its range.
 */
export function many<
  DB,
  TB extends keyof DB,
  Row,
  const On extends KeyPairs<ColumnOf<DB, TB>>,
  Back extends string = never,
>(
  query: SelectQueryBuilder<DB, TB, Row>,
  options: ManyOptions<On, Back> & NoColumn<Row, NoInfer<Back>>,
): ManyRelation<ParentOf<DB, TB, On, null>, Simplify<Row>, Back> {
  return manyRelation(createSpec('many', query, options, manyRules))
}

function manyRelation<Parent extends object, Row, Back extends string>(
  spec: RelationSpec,
): ManyRelation<Parent, Row, Back> {
  return {
    spec,
    backReference: spec.backReference as Back | undefined,
    load: async (parents, source) => (await loadRelation(spec, parents, source)) as Row[][],
    with: (relations) => manyRelation(withRelations(spec, relations)),
  }
}
