import type { ExtractTypeFromReferenceExpression } from 'kysely'
import type { Key } from './key.ts'

/** The type of the keys in a column, without null; `never` where the column's values cannot be keys, as with a `Date`. */
export type KeyOf<DB, TB extends keyof DB, Reference> = Extract<
  NonNullable<ExtractTypeFromReferenceExpression<DB, TB, Reference>>,
  Key
>
