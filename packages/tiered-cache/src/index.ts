/**
 * A cache of tiers, memory over Redis, that loads once and never stores what was read before a delete.
 *
 * @module tiered-cache
 */
export type { Cache } from './cache.ts'
export type { CacheLoadMessage, CacheReadMessage } from './channels.ts'
export { createCache } from './create-cache.ts'
export type { CacheKey } from './encode-key.ts'
export { CacheClosedError, CacheTierError } from './errors.ts'
export { memoryTier } from './memory-tier.ts'
export type { CacheOptions, EntryOptions, MemoryTierOptions, Tiers } from './options.ts'
export type {
  Acquired,
  Awaitable,
  Entry,
  Lease,
  LeaseTerms,
  MemoryLease,
  MemoryTier,
  PlainValue,
  SharedTier,
  Tier,
} from './tier.ts'
