/**
 * Loads the relations of Kysely's rows in a constant number of statements, typed to the last column.
 *
 * @module kysely
 */
export type { BatchMessage } from './batch-channel.ts'
export { MissingRelationError } from './errors.ts'
export type { Key } from './key.ts'
export { aggregate } from './relations/aggregate.ts'
export { count } from './relations/count.ts'
export { exists } from './relations/exists.ts'
export { join } from './relations/join.ts'
export type { ColumnOf, KeyOf, KeyPairs, ParentOf } from './relations/key-of.ts'
export { many, type ManyRelation, type NoColumn } from './relations/many.ts'
export { one, type MissingIf, type OneRelation } from './relations/one.ts'
export type {
  ManyOptions,
  OneOptions,
  PrefetchOptions,
  QueryOptions,
  RelationOptions,
  StreamOptions,
} from './relations/options.ts'
export { prefetch } from './relations/prefetch.ts'
export { prefetchRows } from './relations/prefetch-rows.ts'
export { prefetchStream } from './relations/prefetch-stream.ts'
export type {
  AnyQuery,
  BackReferring,
  KeyPair,
  Loaded,
  NoClash,
  PerParent,
  Prefetched,
  Relation,
  RelationDatabase,
  RelationSource,
  RelationSpec,
  Relations,
  SelectStatement,
  Simplify,
  SnapshotBuilder,
} from './relations/relation.ts'
