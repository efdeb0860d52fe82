import { Cache } from './cache.ts'
import { checkCacheOptions, type CacheOptions } from './options.ts'

/**
 * A cache of one or two tiers.
 *
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 *
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 })] })
 * const book = await cache.getOrSet(['book', 42], () => ({ title: 'Dune' }), { ttlMs: 60_000, tags: ['book:42'] })
 * await cache.invalidateTags(['book:42'])
 * ```
 */
export function createCache(options: CacheOptions): Cache {
  return new Cache(checkCacheOptions(options))
}
