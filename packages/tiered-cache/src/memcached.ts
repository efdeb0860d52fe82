/**
 * A tier in Memcached for `@seawall/tiered-cache`.
 *
 * @module memcached
 */
export { memcachedTier, type MemcachedTierOptions } from './memcached/memcached-tier.ts'
export type { SharedTier } from './tier.ts'
export type { SharedTierOptions } from './tier-limits.ts'
