/**
 * Puts the rows of a batch back under their keys; relations for Kysely are in `@seawall/query-batcher/kysely`.
 *
 * @module query-batcher
 */
export { groupBy } from './group-by.ts'
export { keyBy } from './key-by.ts'
export type { Key } from './key.ts'
