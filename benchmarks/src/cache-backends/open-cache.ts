import { createCache, memoryTier, type Cache, type SharedTier } from '@seawall/tiered-cache'
import { memcachedTier } from '@seawall/tiered-cache/memcached'
import { postgresTier } from '@seawall/tiered-cache/postgres'
import pg from 'pg'

/** A cache over one back end. */
interface OpenCache {
  readonly cache: Cache
  /** Closes it and the client below. */
  readonly end: () => Promise<unknown>
}

/** What can stand below a cache. */
export type BackendName = keyof typeof openers

const rest = { namespace: 'bench', ttlMs: 3_600_000, maxValueBytes: 64 * 1024 * 1024, compressOverBytes: Infinity }
const patient = { timeoutMs: 10_000 }
const openers = { memory, postgres, redis, memcached }

/** Opens a cache over a back end that runs at this address. */
export async function openCache(backend: BackendName, url: string): Promise<OpenCache> {
  return openers[backend](url)
}

function memory(): OpenCache {
  const cache = createCache({ tiers: [memoryTier({ maxEntries: 10_000 })], ...rest })
  return { cache, end: () => cache.close() }
}

/** Imported here: what ioredis does to V8 must not reach the others. */
async function redis(url: string): Promise<OpenCache> {
  const { Redis } = await import('ioredis')
  const { redisTier } = await import('@seawall/tiered-cache/redis')
  const client = new Redis(url)
  return over(redisTier(client, patient), () => client.disconnect())
}

function memcached(url: string): OpenCache {
  return over(memcachedTier({ ...patient, port: Number(new URL(url).port) }), () => undefined)
}

async function postgres(url: string): Promise<OpenCache> {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  // A server that is stopped on purpose ends the connections of its pool.
  pool.on('error', () => undefined)
  const tier = postgresTier(pool, patient)
  await tier.createTable()
  return over(tier, () => pool.end())
}

function over(tier: SharedTier, endClient: () => Promise<unknown> | void): OpenCache {
  const cache = createCache({ tiers: [tier], ...rest })
  return {
    cache,
    end: async () => {
      await cache.close()
      await endClient()
    },
  }
}
