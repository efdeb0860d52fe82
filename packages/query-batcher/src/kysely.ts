/**
 * Loads the relations of Kysely's rows in a constant number of statements, typed to the last column.
 *
 * @module kysely
 */
export type { BatchMessage } from './batch-channel.ts'
export { MissingRelationError } from './errors.ts'
export type { KeyOf } from './key-of.ts'
export type { Key } from './key.ts'
export { many, type ManyRelation } from './many.ts'
export { one, type MissingIf, type OneRelation } from './one.ts'
export type { ManyOptions, OneOptions } from './options.ts'
export { prefetch, prefetchRows } from './prefetch.ts'
export type {
  NoClash,
  Prefetched,
  Relation,
  RelationDatabase,
  Relations,
  RelationSource,
  Simplify,
} from './relation.ts'
