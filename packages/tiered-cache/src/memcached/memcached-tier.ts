import { checkOptions, integer, string, type Rules } from '@seawall/options'
import { sharedTierRules, toTierLimits, type SharedTierOptions } from '../tier-limits.ts'
import type { SharedTier } from '../tier.ts'
import { MemcachedKeys } from './memcached-keys.ts'
import { MemcachedStore } from './memcached-store.ts'
import { MetaConnection } from './meta-connection.ts'

/** Options of `memcachedTier`. */
export interface MemcachedTierOptions extends SharedTierOptions {
  /**
   * The server, by name or address.
   *
   * @default '127.0.0.1'
   */
  readonly host?: string
  /**
   * Its port.
   *
   * @default 11_211
   */
  readonly port?: number
}

const rules: Rules<MemcachedTierOptions> = {
  ...sharedTierRules,
  host: string(),
  port: integer({ min: 1, max: 65_535 }),
}

/** The server's own limit of a megabyte less what an entry carries beside its payload. */
const maxPayloadBytes = 1_000_000

/**
 * A tier in one Memcached, 1.6 or later, shared by all processes with the same namespace. It opens a connection of its own
 * for each cache and closes it with the cache. Times are whole seconds there: an entry that shall live for less lives up to
 * one. Values of up to 1,000,000 bytes are taken; keys that the protocol does not take are replaced by their hash.
 *
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 * import { memcachedTier } from '@seawall/tiered-cache/memcached'
 *
 * const tiers = [memoryTier({ maxEntries: 10_000 }), memcachedTier({ host: '127.0.0.1' })] as const
 * const cache = createCache({ namespace: 'shop', tiers })
 * await cache.close()
 * ```
 */
export function memcachedTier(options: MemcachedTierOptions = {}): SharedTier {
  checkOptions('create a Memcached tier', options, rules)
  const { host = '127.0.0.1', port = 11_211 } = options
  const limits = toTierLimits(options)
  return {
    kind: 'shared',
    name: 'memcached',
    limits,
    ttlMs: options.ttlMs,
    maxBatch: 512,
    maxPayloadBytes,
    open: ({ namespace }) => {
      const connection = new MetaConnection({ host, port, silentMs: 2 * limits.timeoutMs })
      return new MemcachedStore(connection, new MemcachedKeys(namespace))
    },
  }
}
