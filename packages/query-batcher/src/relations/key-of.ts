import type { ExtractTypeFromReferenceExpression, StringReference } from 'kysely'
import type { Key } from '../key.ts'

/** The type of the keys in a column, without null; `never` where the column's values cannot be keys, as with a `Date`. */
export type KeyOf<DB, TB extends keyof DB, Reference> = Extract<
  NonNullable<ExtractTypeFromReferenceExpression<DB, TB, Reference>>,
  Key
>

/** The names that a query knows its columns by: `'id'` or `'book.id'`. */
export type ColumnOf<DB, TB extends keyof DB> = StringReference<DB, TB> & string

/** Two columns that belong together, the child's and then the parent's, or a list of such pairs. */
export type KeyPairs<Reference extends string = string> =
  | readonly [child: Reference, parent: string]
  | readonly (readonly [child: Reference, parent: string])[]

/** The columns that a parent must have for a relation on `On`. `Missing` is what a key may be besides a value. */
export type ParentOf<DB, TB extends keyof DB, On extends KeyPairs, Missing> = On extends readonly [
  infer Reference extends string,
  infer Column extends string,
]
  ? { readonly [C in Column]: KeyOf<DB, TB, Reference> | Missing }
  : { readonly [Pair in On[number] as Pair[1] & string]: KeyOf<DB, TB, Pair[0]> | Missing }
