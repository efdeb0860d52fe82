import type { Cache } from './cache.ts'
import { checkCacheOptions, type CacheOptions } from './options.ts'
import { TieredCache } from './tiered-cache.ts'

/**
 * Makes a cache.
 *
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 *
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 })], ttlMs: 60_000 })
 * const book = await cache.getOrSet(['book', 42], () => ({ title: 'Dune' }))
 * ```
 */
export function createCache(options: CacheOptions): Cache {
  return new TieredCache(checkCacheOptions(options))
}
