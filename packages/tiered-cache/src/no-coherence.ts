import { checkOptions, milliseconds, type Rules } from '@seawall/options'
import type { Coherence } from './coherence.ts'

/** Options of `none`. */
export interface NoCoherenceOptions {
  /** The longest that memory serves an entry without asking below, in milliseconds. */
  readonly maxStaleMs: number
}

const rules: Rules<NoCoherenceOptions> = { maxStaleMs: milliseconds({ min: 0 }) }

/**
 * No coherence: processes do not hear of each other's changes, and each serves what it holds for at most `maxStaleMs`
 * before it looks below again.
 *
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { createCache, memoryTier, none } from '@seawall/tiered-cache'
 *
 * const coherence = none({ maxStaleMs: 5_000 })
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 })], coherence })
 * ```
 */
export function none(options: NoCoherenceOptions): Coherence {
  checkOptions('do without coherence', options, rules, ['maxStaleMs'])
  return {
    name: 'none',
    maxStaleMs: options.maxStaleMs,
    open: ({ listener }) => {
      // Told when the cache is made, not while: nothing is ever missed that was not to be missed.
      queueMicrotask(() => listener.up())
      return { close: async () => undefined }
    },
  }
}
