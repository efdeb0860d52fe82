import { checkOptions, hastenStrings } from '@seawall/options'
import { sharedTierRules, toTierLimits, type SharedTierOptions } from '../tier-limits.ts'
import type { SharedTier } from '../tier.ts'
import { checkRedisClient, type RedisClient } from './redis-client.ts'
import { RedisKeys } from './redis-keys.ts'
import { RedisStore } from './redis-store.ts'

/** Options of `redisTier`. */
export type RedisTierOptions = SharedTierOptions

/** A longer value would hold up everybody else's commands. */
const maxPayloadBytes = 16 * 1024 * 1024

/**
 * A tier in Redis, shared by all processes with the same namespace. The client stays the application's: the tier neither
 * connects nor closes it. Each change is one script, so that a delete and what it breaks, and the news of it, cannot part.
 *
 * @param client - An ioredis client, version 5 or 6: a `Redis`, by Sentinels too, or a `Cluster`.
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { Redis } from 'ioredis'
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 * import { redisTier } from '@seawall/tiered-cache/redis'
 *
 * const redis = new Redis('redis://localhost')
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 }), redisTier(redis)] })
 * ```
 */
export function redisTier(client: RedisClient, options: RedisTierOptions = {}): SharedTier {
  checkRedisClient('create a Redis tier', client)
  checkOptions('create a Redis tier', options, sharedTierRules)
  hastenStrings()
  return {
    kind: 'shared',
    name: 'redis',
    limits: toTierLimits(options),
    ttlMs: options.ttlMs,
    maxBatch: 1_024,
    maxPayloadBytes,
    open: ({ namespace, announcement }) => new RedisStore(client, new RedisKeys(namespace), announcement),
  }
}
