import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Key } from '../key.ts'
import { keyAlias } from './aliases.ts'
import type { KeyPair, RelationSpec, SelectStatement } from './relation.ts'

/** Where a statement takes the parents' keys from: a list of them, or the statement of the parents. */
export interface KeySource {
  /** Whether a child belongs to one of the parents. */
  readonly filter: RawBuilder<SqlBool>
  /** The different keys as a table with the columns of `keyAlias`. */
  readonly table: RawBuilder<unknown>
}

/** Keys as parameters, one array for each column of the key. */
export function keyList(spec: RelationSpec, columns: readonly (readonly Key[])[]): KeySource {
  const [first] = spec.on
  // a single array takes its type from the column that it is compared with
  const single = spec.on.length === 1 && first !== undefined
  return {
    get filter() {
      if (single) return sql<SqlBool>`${sql.ref(first.reference)} = any(${columns[0]})`
      return sql<SqlBool>`(${references(spec.on)}) in (select * from ${unnest(spec, columns)})`
    },
    get table() {
      return sql`(select * from ${unnest(spec, columns)} as k(${keyNames(spec.on)}))`
    },
  }
}

/** The keys of the parents' statement. */
export function keysOf({ on }: RelationSpec, parents: SelectStatement): KeySource {
  const names = sql.join(on.map(({ column }) => sql.id('prefetch parents', column)))
  return {
    get filter() {
      return sql<SqlBool>`(${references(on)}) in (select ${names} from ${parents} as "prefetch parents")`
    },
    get table() {
      return sql`(select distinct * from (select ${names} from ${parents} as "prefetch parents") as k(${keyNames(on)}))`
    },
  }
}

/** The columns of a child's key, under the names by which they are read again. */
export function keyColumns(on: readonly KeyPair[]) {
  return on.map(({ reference }, index) => sql.ref<Key | null>(reference).as(keyAlias(index)))
}

/**
 * Arrays side by side. `unnest` does not know the types of its parameters, so each stands in a `coalesce` with a query
 * for the column's values, which gives it the column's type and is never run.
 */
function unnest({ query, on }: RelationSpec, columns: readonly (readonly Key[])[]): RawBuilder<unknown> {
  const typed = query.clearSelect().clearOrderBy().select(keyColumns(on))
  const arrays = columns.map((values, index) => {
    const column = sql.id(keyAlias(index))
    return sql`coalesce(${values}, array(select ${column} from ${typed} as "prefetch rows" where false))`
  })
  return sql`unnest(${sql.join(arrays)})`
}

/** The columns of a child's key, as the child query calls them. */
export function references(on: readonly KeyPair[]): RawBuilder<unknown> {
  return sql.join(on.map(({ reference }) => sql.ref(reference)))
}

/** The names by which the columns of a child's key are read again. */
export function keyNames(on: readonly KeyPair[]): RawBuilder<unknown> {
  return sql.join(on.map((_, index) => sql.id(keyAlias(index))))
}
