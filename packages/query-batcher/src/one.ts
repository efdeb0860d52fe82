import type { SelectQueryBuilder, StringReference } from 'kysely'
import { checkQuery } from './check-query.ts'
import { checkRelations } from './check-relations.ts'
import { childQuery, loadChildren, type ChildQuery, type Loaded } from './child-query.ts'
import { MissingRelationError } from './errors.ts'
import { keyBy } from './key-by.ts'
import type { KeyOf } from './key-of.ts'
import { checkOneOptions, type OneOptions } from './options.ts'
import type { NoClash, Prefetched, Relation, Relations, Simplify } from './relation.ts'

/** A relation to one row. `Missing` is what a parent without a row gets: `null`, or `never` when the row is required. */
export interface OneRelation<in Parent, Row, Missing> extends Relation<Parent, Row | Missing> {
  /**
   * The same relation with relations of its own rows, each loaded once for all of them. May be called again for more.
   *
   * @throws TypeError when `relations` holds anything but relations.
   */
  with<R extends Relations<Row>>(relations: R & NoClash<Row, R>): OneRelation<Parent, Prefetched<Row, R>, Missing>
}

/**
 * A relation to one row, `null` where there is none. Parents with the same key share one object. Two rows with the
 * same key are an error, since which of them was meant cannot be known.
 *
 * @param query - Selects the rows, filtered as wished, without any condition on the key.
 * @param options - The two columns that belong together, and whether the row is required.
 * @throws TypeError for an unknown option, one of the wrong type, or a query with `limit`, `offset`, `distinct on` or
 * `union`, which would act on the rows of all parents together.
 * @throws RangeError for an option outside its range.
 */
export function one<
  DB,
  TB extends keyof DB,
  Row,
  Reference extends StringReference<DB, TB> & string,
  Column extends string,
  Required extends boolean = false,
>(
  query: SelectQueryBuilder<DB, TB, Row>,
  options: OneOptions<Reference, Column, Required>,
): OneRelation<
  { readonly [C in Column]: KeyOf<DB, TB, Reference> | MissingIf<Required> },
  Simplify<Row>,
  MissingIf<Required>
> {
  checkQuery(query)
  return oneRelation(childQuery(query, checkOneOptions(options)))
}

/** What a parent's key and its row may be besides a value. */
export type MissingIf<Required extends boolean> = Required extends true ? never : null

function oneRelation<Parent extends object, Row, Missing>(child: ChildQuery): OneRelation<Parent, Row, Missing> {
  const { reference, required } = child.options
  return {
    load: async (parents, source) => {
      const loaded = await loadChildren(child, parents, source)
      refuseDuplicates(loaded, source.path, reference)
      const values = keyBy(loaded.rows, loaded.parentKeys, (_, index) => loaded.keys[index])
      if (required) refuseMissing(values, loaded, source.path, reference)
      return values as (Row | Missing)[]
    },
    with: (relations) => {
      checkRelations("add relations to a 'one' relation", relations)
      return oneRelation({ ...child, relations: { ...child.relations, ...relations } })
    },
  }
}

function refuseDuplicates({ keys }: Loaded, path: string, reference: string): void {
  if (new Set(keys).size === keys.length) return
  throw new Error(`Cannot prefetch '${path}' as two of its rows have the same '${reference}': use 'many' instead`)
}

function refuseMissing(
  values: readonly (object | null)[],
  { parentKeys }: Loaded,
  path: string,
  reference: string,
): void {
  const missing = values.indexOf(null)
  if (missing !== -1) throw new MissingRelationError(path, reference, parentKeys[missing] ?? null)
}
