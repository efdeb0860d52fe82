/**
 * Rate limits that are exact, decided together and never open by accident: as a guard for requests, and as a limiter for
 * everything else, in memory, in Redis, or wherever rate-limiter-flexible can count.
 *
 * @module ratelimit
 */
export { createLimiter, type LimiterLimit, type LimiterSettings } from './create-limiter.ts'
export type { RateLimitDecision } from './decision-channel.ts'
export type { Decision, PolicyState } from './decision.ts'
export { StoreUnavailableError } from './errors.ts'
export type { RateLimitKey, RateLimitKeyPart, UserOf } from './keys/key.ts'
export type { CountPolicy, FailurePolicy, LimitOptions, MissingPolicy, RateLimitList } from './limit-options.ts'
export type { LimiterFinder } from './limiter-finder.ts'
export { limiterOf, type RequestLimiter } from './limiter-of.ts'
export type { Limiter, LimiterKey } from './limiter.ts'
export { memoryStore, type MemoryStore, type MemoryStoreOptions } from './memory-store.ts'
export type { HeaderStyle, RateLimitOptions, RateLimitSettings, RefusalBody } from './options.ts'
export { rateLimit, type RateLimitGuard } from './rate-limit.ts'
export type { Rate } from './rate.ts'
export type { Algorithm, Claim, Quota, RateLimitStore, Verdict } from './store.ts'
