import { createCache, memoryTier } from '@seawall/tiered-cache'
import type { bentostore } from 'bentocache'

type Bentostore = ReturnType<typeof bentostore>

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

// Each imports what it needs itself: what a client of Redis does to V8 must not reach those without one.
const makers = { seawall, bentocache, 'cache-manager': cacheManager }
const nothing = async () => {}

/** A library's cache in memory, or in memory over Redis with its own way of keeping processes in step. */
export function createBenched(setting: CacheSetting): Promise<BenchedCache> {
  return makers[setting.library](setting)
}

async function seawall({ url, ttlMs, staleMs }: CacheSetting): Promise<BenchedCache> {
  const memory = memoryTier({ maxEntries: 100_000 })
  const common = { namespace: 'bench', ttlMs, staleMs }
  if (url === undefined) {
    const cache = createCache({ ...common, tiers: [memory] })
    return { getOrSet: (key, load) => cache.getOrSet(key, load), ready: nothing, end: () => cache.close() }
  }
  const { Redis } = await import('ioredis')
  const { redisPubSub, redisTier } = await import('@seawall/tiered-cache/redis')
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

async function bentocache({ url, ttlMs, staleMs }: CacheSetting): Promise<BenchedCache> {
  const { BentoCache, bentostore } = await import('bentocache')
  const { memoryDriver } = await import('bentocache/drivers/memory')
  const stale = staleMs === 0 ? {} : { grace: ttlMs + staleMs, timeout: 0 }
  // the fastest that it has for memory alone; over Redis it fails with `serialize: false`
  const unserialized = url === undefined ? { serialize: false as const } : {}
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems: 100_000, ...unserialized }))
  const store = url === undefined ? memory : await overRedis(memory, url)
  const cache = new BentoCache({ default: 'only', stores: { only: store } })
  return {
    getOrSet: (key, load) => cache.getOrSet({ key, factory: load, ttl: ttlMs, ...stale }),
    ready: async () => void (await cache.get({ key: 'ready' })),
    end: () => cache.disconnectAll(),
  }
}

async function overRedis(memory: Bentostore, url: string): Promise<Bentostore> {
  const { redisBusDriver, redisDriver } = await import('bentocache/drivers/redis')
  const connection = { host: new URL(url).hostname, port: Number(new URL(url).port) }
  return memory.useL2Layer(redisDriver({ connection })).useBus(redisBusDriver({ connection }))
}

async function cacheManager({ url, ttlMs, staleMs }: CacheSetting): Promise<BenchedCache> {
  const { createCache: createManaged } = await import('cache-manager')
  const { Keyv } = await import('keyv')
  const redis = url === undefined ? undefined : new Keyv({ store: await keyvRedis(url) })
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

async function keyvRedis(url: string) {
  const { default: KeyvRedis } = await import('@keyv/redis')
  return new KeyvRedis(url)
}
