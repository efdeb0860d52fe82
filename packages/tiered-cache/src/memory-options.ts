import { checkOptions, fn, integer, milliseconds, type Rules } from '@seawall/options'

/** Options of `memoryTier`. */
export interface MemoryTierOptions {
  /** The most entries held, at least 1. The one used least recently makes room. */
  readonly maxEntries: number
  /**
   * The most bytes held, by an estimate of keys and values as they would be encoded; the objects themselves take a few
   * times that. An entry that alone exceeds it is not held. Left out: entries alone are counted.
   */
  readonly maxBytes?: number
  /**
   * The longest that an entry is served from memory, in milliseconds, whatever its own time to live. Over a shared tier
   * it bounds how long this process may serve what another has deleted or replaced, should it not hear of it.
   *
   * @default 1_000 over a shared tier without coherence, otherwise what coherence and the entry allow
   */
  readonly ttlMs?: number
  /**
   * A monotonic clock in milliseconds, for tests.
   *
   * @default performance.now
   */
  readonly now?: () => number
}

const memoryRules: Rules<MemoryTierOptions> = {
  maxEntries: integer({ min: 1, max: 2 ** 24 }),
  maxBytes: integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  ttlMs: milliseconds({ min: 1 }),
  now: fn('a function that returns milliseconds'),
}

export function checkMemoryTierOptions(options: MemoryTierOptions) {
  checkOptions('create a memory tier', options, memoryRules, ['maxEntries'])
  const { maxEntries, maxBytes, ttlMs, now } = options
  return { maxEntries, maxBytes, ttlMs, now }
}
