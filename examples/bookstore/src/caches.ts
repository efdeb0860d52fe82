import { createCache, memoryTier, type Cache, type CacheOptions, type SharedTier } from '@seawall/tiered-cache'
import { memcachedTier } from '@seawall/tiered-cache/memcached'
import { redisPubSub, redisTier } from '@seawall/tiered-cache/redis'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { Forgetting } from './forgetting.ts'
import type { Settings } from './settings.ts'

/** What the bookstore keeps, and how it is forgotten. */
export interface Caches {
  /** Data. */
  readonly data: Cache
  /** Rendered fragments: many, cheap to make again, and asked for by the dozen. The same cache as the data's without Memcached. */
  readonly pages: Cache
  /** All caches there are. */
  readonly all: readonly Cache[]
  /** Outdates what has one of these tags, in all processes: now, or as soon as a tier that is away is back. */
  forget(tags: readonly string[]): Promise<void>
  /** Closes the caches; Redis stays open. */
  close(): Promise<void>
}

/**
 * Memory in each process, over Redis and Memcached where there are any. Redis tells the processes of changes, so that
 * their memory may keep what it has; without it memory asks the tier below again after a second.
 */
export function openCaches({ memcachedUrl }: Settings, redis: Redis | undefined, logger: Logger): Caches {
  const coherence = redis && { coherence: redisPubSub(redis) }
  const open = (namespace: string, shared: SharedTier | undefined): Cache => {
    const memory = memoryTier({ maxEntries: 10_000, maxBytes: 64 * 1024 * 1024 })
    const tiers: CacheOptions['tiers'] = shared === undefined ? [memory] : [memory, shared]
    return createCache({ namespace, tiers, ...coherence })
  }
  const data = open('bookstore', redis && redisTier(redis))
  const pages = memcachedUrl === undefined ? data : open('bookstore-pages', memcachedTier(addressOf(memcachedUrl)))
  const all = [...new Set([data, pages])]
  const forgetting = new Forgetting(all, logger)
  return {
    data,
    pages,
    all,
    forget: (tags) => forgetting.forget(tags),
    close: async () => {
      forgetting.close()
      await Promise.all(all.map((cache) => cache.close()))
    },
  }
}

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port || 11_211) }
}
