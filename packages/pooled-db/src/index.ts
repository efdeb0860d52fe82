/**
 * A bounded PostgreSQL pool for Kysely that survives its database.
 *
 * @module pooled-db
 */
export type { AcquireMessage, FailureSummary, QueryMessage } from './channels.ts'
export { createPool } from './create-pool.ts'
export { createDatabase, type Database } from './create-database.ts'
export { PoolClosedError, PoolConnectError, PoolFullError, PoolTimeoutError, QueryTimeoutError } from './errors.ts'
export type { ConnectionSettings, PoolOptions } from './options.ts'
export type { CloseOptions, Pool, PooledClient, PoolStats, QueryResult, Submittable } from './pool.ts'
