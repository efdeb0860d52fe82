/**
 * Collects loads by key into batches, and puts the rows of a batch back under their keys. Relations for Kysely are in
 * `@seawall/query-batcher/kysely`, guards against N+1 in `@seawall/query-batcher/budget`.
 *
 * @module query-batcher
 */
export type { LoadMessage } from './batch-channel.ts'
export type { BatchInfo, BatchLoadFn, CacheMap } from './batcher/batch-load-fn.ts'
export type { BatcherOptions, CacheOptions, ContextStore } from './batcher/batcher-options.ts'
export { Batcher, type LoadOptions } from './batcher/batcher.ts'
export type { Schedule, ScheduleWindow } from './batcher/schedule.ts'
export type { Writes } from './batcher/writes.ts'
export { BatchTimeoutError } from './errors.ts'
export { groupBy } from './group-by.ts'
export { keyBy } from './key-by.ts'
export type { Key } from './key.ts'
export { perRequest } from './per-request.ts'
