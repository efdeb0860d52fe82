import { checkMemoryTierOptions, type MemoryTierOptions } from './memory-options.ts'

/** A tier in this process: `memoryTier` makes it, `createCache` opens it. */
export interface MemoryTier {
  /** Tells it from a shared tier. */
  readonly kind: 'memory'
  /** How messages call it. */
  readonly name: 'memory'
  /** The most entries held. */
  readonly maxEntries: number
  /** The most bytes held, or `undefined`: entries alone are counted. */
  readonly maxBytes: number | undefined
  /** The longest that an entry may be served, in milliseconds, or `undefined` for the default. */
  readonly ttlMs: number | undefined
  /** A monotonic clock in milliseconds, or `undefined` for that of the process. */
  readonly now: (() => number) | undefined
}

/**
 * A tier in this process, bounded, that drops what was used least recently. Over a shared tier it serves what it holds
 * without asking below only as long as the cache's `coherence` allows: without one, for a second.
 *
 * Each cache that is made with it has its own entries and its own bounds.
 *
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 *
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 })] })
 * await cache.getOrSet(['book', 42], () => ({ title: 'Dune' }), { ttlMs: 60_000 })
 * ```
 */
export function memoryTier(options: MemoryTierOptions): MemoryTier {
  return { kind: 'memory', name: 'memory', ...checkMemoryTierOptions(options) }
}
