/**
 * A bounded PostgreSQL pool for Kysely that survives its database.
 *
 * @module pooled-db
 */
export { afterCommit, type HookFailureMessage } from './after-commit.ts'
export { atomicRequests, type AtomicRequestsOptions } from './atomic-requests.ts'
export type {
  AcquireMessage,
  BorrowerMessage,
  ConnectMessage,
  FailureSummary,
  QueryMessage,
  RetireMessage,
  RollbackMessage,
} from './channels.ts'
export { type ClosableDatabase, closeOnSignal, type CloseOnSignalOptions } from './close-on-signal.ts'
export type { RetireReason } from './retire-reason.ts'
export { createPool } from './create-pool.ts'
export { createDatabase, type Database } from './create-database.ts'
export {
  ConnectionLostError,
  PoolBusyError,
  PoolClosedError,
  PoolConnectError,
  PoolFullError,
  PoolTimeoutError,
  QueryTimeoutError,
  SessionStateError,
} from './errors.ts'
export type { Environment } from './connection-parameters.ts'
export { fromEnv } from './from-env.ts'
export type { SecondConnectionMessage } from './held-connection.ts'
export type { DatabaseOptions, PrimaryAfterWrite, ReplicaOptions, ReplicaSettings } from './replica-options.ts'
export type { ReplicaLag } from './replicated-database.ts'
export type { CommentOptions } from './sql-comment.ts'
export { inRequest } from './request-scope.ts'
export { transaction, type RetryMessage } from './transaction.ts'
export type { TransactionOptions } from './transaction-options.ts'
export { currentDatabase, type Transactional } from './transaction-scope.ts'
export type { ConnectionSettings, ServerAddress } from './connection-settings.ts'
export type { PoolCounts, PoolStats } from './pool-stats.ts'
export type { PoolOptions, PreparedStatementsOptions } from './options.ts'
export type { SessionTarget } from './session-target.ts'
export type {
  CloseOptions,
  ConnectOptions,
  Pool,
  PooledClient,
  QueryConfig,
  QueryOptions,
  Submittable,
} from './pool.ts'
export type { Field, QueryResult, TypeParsers } from './query-result.ts'
