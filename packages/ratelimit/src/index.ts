/**
 * Exact rate limits, as a guard: at most N requests of one key in any window, in memory or in Redis.
 *
 * @module ratelimit
 */
export type { RateLimitDecision } from './decision-channel.ts'
export type { RateLimitKey } from './key.ts'
export { memoryStore, type MemoryStore, type MemoryStoreOptions } from './memory-store.ts'
export type { FailurePolicy, MissingPolicy, RateLimitOptions } from './options.ts'
export { rateLimit } from './rate-limit.ts'
export type { Decision, Rate, RateLimitStore } from './store.ts'
