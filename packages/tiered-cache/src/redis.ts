/**
 * A tier in Redis, for `@seawall/tiered-cache`.
 *
 * @module redis
 */
export type { RedisTierOptions } from './options.ts'
export type { RedisClient } from './redis-client.ts'
export { redisTier } from './redis-tier.ts'
export type { Acquired, Awaitable, Entry, Lease, LeaseTerms, PlainValue, SharedTier, Tier } from './tier.ts'
