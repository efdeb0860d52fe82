/**
 * A tier in Redis for `@seawall/tiered-cache`, and two ways to keep the memory of several processes in step by Redis.
 *
 * @module redis
 */
export type { Coherence } from './coherence.ts'
export type { ListeningOptions } from './listening.ts'
export type { RedisClient } from './redis/redis-client.ts'
export type { RedisConnection, RedisConnector, RedisNode } from './redis/redis-connection.ts'
export { redisPubSub } from './redis/redis-pub-sub.ts'
export { redisTier, type RedisTierOptions } from './redis/redis-tier.ts'
export { redisTracking } from './redis/redis-tracking.ts'
export type { SharedTier } from './tier.ts'
export type { SharedTierOptions } from './tier-limits.ts'
