/**
 * A tier in PostgreSQL for `@seawall/tiered-cache`, and a way to keep the memory of several processes in step by LISTEN and
 * NOTIFY.
 *
 * @module postgres
 */
export type { Coherence } from './coherence.ts'
export type { CacheKey } from './encode-key.ts'
export type { ListeningOptions } from './listening.ts'
export type { Invalidation } from './postgres/invalidation.ts'
export { pgNotify, type PgNotify, type PgNotifyOptions } from './postgres/pg-notify.ts'
export type { PostgresListener, PostgresQueryable, PostgresRows } from './postgres/postgres-pool.ts'
export { postgresTier, type PostgresTier, type PostgresTierOptions } from './postgres/postgres-tier.ts'
export type { SharedTierOptions } from './tier-limits.ts'
export type { SharedTier } from './tier.ts'
