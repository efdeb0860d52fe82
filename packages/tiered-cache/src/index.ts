/**
 * A cache of tiers, memory over Redis, that loads once and never stores what was read before a delete.
 *
 * @module tiered-cache
 */
export type { Bond } from './bond.ts'
export type { Cache } from './cache.ts'
export type { CacheLoadMessage, CacheReadMessage } from './channels.ts'
export type {
  Announcement,
  Change,
  Coherence,
  CoherenceContext,
  CoherenceLink,
  CoherenceListener,
} from './coherence.ts'
export { createCache } from './create-cache.ts'
export type { CacheKey } from './encode-key.ts'
export type { EntryOptions, ReadOptions } from './entry-options.ts'
export { CacheClosedError, CacheLoadTimeoutError, CacheTierError, CacheValueError, UncacheableError } from './errors.ts'
export type { Explanation, TierExplanation } from './explain.ts'
export { createFragments } from './fragments/create-fragments.ts'
export type { Entity, Fragment, FragmentOptions, FragmentsOptions } from './fragments/fragment.ts'
export { JsonText, jsonText } from './fragments/json-text.ts'
export type { FreshnessOptions } from './freshness-options.ts'
export type { BulkLoader, LoadContext, LoadedOptions, Loader, StaleValue } from './load-context.ts'
export { memoryTier, type MemoryTier } from './memory-tier.ts'
export type { MemoryTierOptions } from './memory-options.ts'
export { none, type NoCoherenceOptions } from './no-coherence.ts'
export type { CacheOptions, Tiers } from './options.ts'
export type { CacheStats } from './stats.ts'
export type { SharedTierOptions } from './tier-limits.ts'
export type {
  Acquired,
  CounterStore,
  Fill,
  Lease,
  LeaseRequest,
  Lifetime,
  NewEntry,
  SharedStore,
  SharedTier,
  StoredEntry,
  TierContext,
  TierLimits,
  Write,
} from './tier.ts'
export type { Handle, HandleOptions, Schema, SchemaResult } from './typed-handle.ts'
export type { Codec } from './values/codec.ts'
export { json } from './values/json.ts'
