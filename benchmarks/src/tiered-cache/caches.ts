import { createCache, memoryTier } from '@seawall/tiered-cache'
import { redisPubSub, redisTier } from '@seawall/tiered-cache/redis'
import KeyvRedis from '@keyv/redis'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { createCache as createManaged } from 'cache-manager'
import { Keyv } from 'keyv'
import { Redis } from 'ioredis'

/** The one thing that is measured of every library: the value of a key, loaded where it is missing. */
export interface BenchedCache {
  getOrSet<T>(key: string, load: () => Promise<T> | T): Promise<T>
  /** Everything is connected. */
  ready(): Promise<void>
  end(): Promise<void>
}

/** How a library is set up. */
export interface CacheSetting {
  readonly library: 'seawall' | 'bentocache' | 'cache-manager'
  /** Over this Redis; left out: memory alone. */
  readonly url?: string
  readonly ttlMs: number
  /** For how long a stale value may be served while it is refreshed. */
  readonly staleMs: number
}

const makers = { seawall, bentocache, 'cache-manager': cacheManager }
const nothing = async () => {}

/** A library's cache in memory, or in memory over Redis with its own way of keeping processes in step. */
export function createBenched(setting: CacheSetting): BenchedCache {
  return makers[setting.library](setting)
}

function seawall({ url, ttlMs, staleMs }: CacheSetting): BenchedCache {
  const memory = memoryTier({ maxEntries: 100_000 })
  const common = { namespace: 'bench', ttlMs, staleMs }
  if (url === undefined) {
    const cache = createCache({ ...common, tiers: [memory] })
    return { getOrSet: (key, load) => cache.getOrSet(key, load), ready: nothing, end: () => cache.close() }
  }
  const redis = new Redis(url)
  const tiers = [memory, redisTier(redis, { timeoutMs: 5_000 })] as const
  const cache = createCache({ ...common, tiers, coherence: redisPubSub(redis), waitMs: 10_000 })
  return {
    getOrSet: (key, load) => cache.getOrSet(key, load),
    ready: async () => {
      await redis.ping()
      while (!cache.stats().isCoherent) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    end: async () => {
      await cache.close()
      redis.disconnect()
    },
  }
}

function bentocache({ url, ttlMs, staleMs }: CacheSetting): BenchedCache {
  const stale = staleMs === 0 ? {} : { grace: ttlMs + staleMs, timeout: 0 }
  // the fastest that it has for memory alone; over Redis it fails with `serialize: false`
  const unserialized = url === undefined ? { serialize: false as const } : {}
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems: 100_000, ...unserialized }))
  const connection = url === undefined ? undefined : { host: new URL(url).hostname, port: Number(new URL(url).port) }
  const store =
    connection === undefined
      ? memory
      : memory.useL2Layer(redisDriver({ connection })).useBus(redisBusDriver({ connection }))
  const cache = new BentoCache({ default: 'only', stores: { only: store } })
  return {
    getOrSet: (key, load) => cache.getOrSet({ key, factory: load, ttl: ttlMs, ...stale }),
    ready: async () => void (await cache.get({ key: 'ready' })),
    end: () => cache.disconnectAll(),
  }
}

function cacheManager({ url, ttlMs, staleMs }: CacheSetting): BenchedCache {
  const redis = url === undefined ? undefined : new Keyv({ store: new KeyvRedis(url) })
  const cache = createManaged({
    ttl: ttlMs,
    ...(staleMs === 0 ? {} : { refreshThreshold: ttlMs / 10 }),
    ...(redis === undefined ? {} : { stores: [new Keyv(), redis] }),
  })
  return {
    getOrSet: (key, load) => cache.wrap(key, load),
    ready: async () => void (await redis?.get('ready')),
    end: async () => {
      await cache.disconnect()
    },
  }
}
