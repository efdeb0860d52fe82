import type { Redis } from 'ioredis'
import type { Redis as Redis5 } from 'ioredis5'
import type { Start } from '../runner.ts'

/** One library over Redis alone, and how many callers ask in one tick. */
export interface RedisHitSetting {
  readonly library: keyof typeof makers
  readonly url: string
  readonly callers: number
}

/** Reads a key that Redis has; writes one. */
interface Reader {
  read(key: string): Promise<unknown>
  write(key: string, value: unknown): Promise<unknown>
  end(): Promise<unknown> | void
}

const keyCount = 1_024
const ttlMs = 3_600_000
const value = { id: 42, title: 'Dune', authors: ['Frank Herbert'], price: 9.5, text: 'x'.repeat(120) }
const missing = () => {
  throw new Error('A key is missing')
}

// Each imports what it needs itself: what a client does to V8 must not reach the others.
const makers = {
  ioredis,
  'ioredis, one MGET a tick': mget,
  'seawall, ioredis 6': seawall6,
  'seawall, ioredis 5': seawall5,
  bentocache,
  'cache-manager': cacheManager,
}

export const start: Start<RedisHitSetting> = async ({ library, url, callers }) => {
  const reader = await makers[library](url)
  for (let n = 0; n < keyCount; n++) await reader.write(`${library}:${n}`, value)
  let next = 0
  return {
    async round(operations) {
      for (let done = 0; done < operations; done += callers) {
        const answers = Array.from({ length: callers }, () => reader.read(`${library}:${next++ % keyCount}`))
        const [first] = (await Promise.all(answers)) as { id?: unknown }[]
        if (first?.id !== value.id) missing()
      }
    },
    end: async () => void (await reader.end()),
  }
}

/** The least that a hit in Redis can be: a GET and the parsing of what it brings. */
async function ioredis(url: string): Promise<Reader> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(url)
  return {
    read: async (key) => JSON.parse((await redis.get(key)) ?? 'null') as unknown,
    write: (key, stored) => redis.set(key, JSON.stringify(stored), 'PX', ttlMs),
    end: () => redis.disconnect(),
  }
}

/** The least that the hits of one tick can be in one command: an MGET and the parsing of what it brings. */
async function mget(url: string): Promise<Reader> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(url)
  let keys: string[] = []
  let values: Promise<(string | null)[]> | undefined
  const send = () => {
    const asked = keys
    keys = []
    values = undefined
    return redis.mget(asked)
  }
  return {
    read: (key) => {
      values ??= new Promise((resolve) => process.nextTick(() => resolve(send())))
      const place = keys.push(key) - 1
      return values.then((all) => JSON.parse(all[place] ?? 'null') as unknown)
    },
    write: (key, stored) => redis.set(key, JSON.stringify(stored), 'PX', ttlMs),
    end: () => redis.disconnect(),
  }
}

async function seawall6(url: string): Promise<Reader> {
  const { Redis } = await import('ioredis')
  return seawall(new Redis(url))
}

async function seawall5(url: string): Promise<Reader> {
  const { Redis } = await import('ioredis5')
  return seawall(new Redis(url))
}

async function seawall(redis: Redis | Redis5): Promise<Reader> {
  const { createCache } = await import('@seawall/tiered-cache')
  const { redisTier } = await import('@seawall/tiered-cache/redis')
  const cache = createCache({ namespace: 'bench', tiers: [redisTier(redis, { timeoutMs: 5_000 })], ttlMs })
  return {
    read: (key) => cache.getOrSet(key, missing),
    write: (key, stored) => cache.set(key, stored),
    end: async () => {
      await cache.close()
      redis.disconnect()
    },
  }
}

async function bentocache(url: string): Promise<Reader> {
  const { BentoCache, bentostore } = await import('bentocache')
  const { redisDriver } = await import('bentocache/drivers/redis')
  const connection = { host: new URL(url).hostname, port: Number(new URL(url).port) }
  const store = bentostore().useL2Layer(redisDriver({ connection }))
  const cache = new BentoCache({ default: 'only', stores: { only: store } })
  return {
    read: (key) => cache.getOrSet({ key, factory: missing, ttl: ttlMs }),
    write: (key, stored) => cache.set({ key, value: stored, ttl: ttlMs }),
    end: () => cache.disconnectAll(),
  }
}

async function cacheManager(url: string): Promise<Reader> {
  const { createCache } = await import('cache-manager')
  const { Keyv } = await import('keyv')
  const { default: KeyvRedis } = await import('@keyv/redis')
  const cache = createCache({ stores: [new Keyv({ store: new KeyvRedis(url) })] })
  return {
    read: (key) => cache.wrap(key, missing, ttlMs),
    write: (key, stored) => cache.set(key, stored, ttlMs),
    end: () => cache.disconnect(),
  }
}
