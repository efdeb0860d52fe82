import { createCache, memoryTier, type Cache, type SharedTier } from '@seawall/tiered-cache'
import { memcachedTier } from '@seawall/tiered-cache/memcached'
import { postgresTier } from '@seawall/tiered-cache/postgres'
import { redisTier } from '@seawall/tiered-cache/redis'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { Start } from '../runner.ts'
import { quantile } from '../statistics.ts'

/** One back end and what is done with it. */
export interface BackendSetting {
  readonly backend: keyof typeof openers
  readonly url: string
  readonly action: 'read' | 'write'
  /** How many callers work at the same time. */
  readonly callers: number
  /** The length of a value, as JSON. */
  readonly bytes: number
}

interface Backend {
  readonly cache: Cache
  readonly end: () => Promise<unknown> | void
}

const keyCount = 64
const patient = { timeoutMs: 10_000 }

const openers = { memory, postgres, redis, memcached }

export const start: Start<BackendSetting> = async ({ backend, url, action, callers, bytes }) => {
  const { cache, end } = await openers[backend](url)
  const value = { id: 42, text: 'x'.repeat(bytes - 20) }
  const key = (n: number) => `${bytes}:${n % keyCount}`
  for (let n = 0; n < keyCount; n++) await cache.set(key(n), value)
  let next = 0
  const work = async (): Promise<number> => {
    const startedAt = performance.now()
    if (action === 'write') await cache.set(key(next++), value)
    else if ((await cache.get<typeof value>(key(next++)))?.id !== value.id) throw new Error('A key is missing')
    return performance.now() - startedAt
  }
  return {
    async round(operations) {
      const times: number[] = []
      for (let done = 0; done < operations; done += callers)
        times.push(...(await Promise.all(Array.from({ length: callers }, work))))
      return { 'p50 µs': quantile(times, 0.5) * 1_000, 'p99 µs': quantile(times, 0.99) * 1_000 }
    },
    end: async () => {
      await cache.close()
      await end()
    },
  }
}

function over(tier: SharedTier): Cache {
  return createCache({ namespace: 'bench', tiers: [tier], ttlMs: 3_600_000 })
}

function memory(): Backend {
  const tiers = [memoryTier({ maxEntries: 10_000 })] as const
  return { cache: createCache({ namespace: 'bench', tiers, ttlMs: 3_600_000 }), end: () => undefined }
}

function redis(url: string): Backend {
  const client = new Redis(url)
  return { cache: over(redisTier(client, patient)), end: () => client.disconnect() }
}

function memcached(url: string): Backend {
  return { cache: over(memcachedTier({ ...patient, port: Number(new URL(url).port) })), end: () => undefined }
}

async function postgres(url: string): Promise<Backend> {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  const tier = postgresTier(pool, patient)
  await tier.createTable()
  return { cache: over(tier), end: () => pool.end() }
}
