import type { SelectQueryBuilder, StringReference } from 'kysely'
import { checkQuery } from './check-query.ts'
import { checkRelations } from './check-relations.ts'
import { childQuery, loadChildren, type ChildQuery } from './child-query.ts'
import { groupBy } from './group-by.ts'
import type { KeyOf } from './key-of.ts'
import { checkManyOptions, type ManyOptions } from './options.ts'
import type { NoClash, Prefetched, Relation, Relations, Simplify } from './relation.ts'

/** A relation to any number of rows: an array, empty where a parent has none. */
export interface ManyRelation<in Parent, Row> extends Relation<Parent, Row[]> {
  /**
   * The same relation with relations of its own rows, each loaded once for all of them. May be called again for more.
   *
   * @throws TypeError when `relations` holds anything but relations.
   */
  with<R extends Relations<Row>>(relations: R & NoClash<Row, R>): ManyRelation<Parent, Prefetched<Row, R>>
}

/**
 * A relation to any number of rows, each in the order of the query. A row that belongs to two parents, as over a
 * junction table, is two objects.
 *
 * @param query - Selects the rows, filtered and ordered as wished, without any condition on the key.
 * @param options - The two columns that belong together.
 * @throws TypeError for an unknown option, one of the wrong type, or a query with `limit`, `offset`, `distinct on` or
 * `union`, which would act on the rows of all parents together.
 * @throws RangeError for an option outside its range.
 */
export function many<
  DB,
  TB extends keyof DB,
  Row,
  Reference extends StringReference<DB, TB> & string,
  Column extends string,
>(
  query: SelectQueryBuilder<DB, TB, Row>,
  options: ManyOptions<Reference, Column>,
): ManyRelation<{ readonly [C in Column]: KeyOf<DB, TB, Reference> | null }, Simplify<Row>> {
  checkQuery(query)
  return manyRelation(childQuery(query, checkManyOptions(options)))
}

function manyRelation<Parent extends object, Row>(child: ChildQuery): ManyRelation<Parent, Row> {
  return {
    load: async (parents, source) => {
      const { rows, keys, parentKeys } = await loadChildren(child, parents, source)
      return groupBy(rows as Row[], parentKeys, (_, index) => keys[index])
    },
    with: (relations) => {
      checkRelations("add relations to a 'many' relation", relations)
      return manyRelation({ ...child, relations: { ...child.relations, ...relations } })
    },
  }
}
