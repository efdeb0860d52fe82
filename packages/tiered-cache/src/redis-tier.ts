import { randomUUID } from 'node:crypto'
import { GuardedTier } from './guarded-tier.ts'
import { checkRedisTierOptions, type RedisTierOptions } from './options.ts'
import type { RedisClient } from './redis-client.ts'
import { formatRedisEntry, parseRedisEntry, type TagVersion } from './redis-entry.ts'
import { acquireScript, fillScript, releaseScript, runScript, tagVersionScript } from './redis-scripts.ts'
import type { Acquired, Entry, Lease, LeaseTerms, SharedTier } from './tier.ts'

/**
 * A tier in Redis, shared by all processes with the same namespace. The client stays the application's: the tier neither
 * connects nor closes it.
 *
 * @param client - An ioredis client, version 5 or 6.
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { Redis } from 'ioredis'
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 * import { redisTier } from '@seawall/tiered-cache/redis'
 *
 * const redis = new Redis('redis://localhost')
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 }), redisTier(redis)] })
 * ```
 */
export function redisTier(client: RedisClient, options: RedisTierOptions = {}): SharedTier {
  return new GuardedTier(new RedisTier(client), checkRedisTierOptions(options))
}

class RedisTier implements SharedTier {
  readonly kind = 'shared'
  readonly name = 'redis'
  readonly #client: RedisClient

  constructor(client: RedisClient) {
    this.#client = client
  }

  async read(key: string): Promise<Entry | undefined> {
    // The time left is asked first: when the entry is replaced in between, it is too short and never too long.
    const [ttlMs, text] = await Promise.all([this.#client.pttl(key), this.#text(key)])
    return text === null ? undefined : this.#open(text, ttlMs)
  }

  async acquire(key: string, terms: LeaseTerms): Promise<Acquired> {
    const token = randomUUID()
    const first = await this.#ask(key, token, terms, '')
    if (!isFound(first)) return this.#granted(key, token, terms, first)
    const entry = await this.#open(first[1], first[0])
    if (entry !== undefined) return { state: 'hit', entry }
    const second = await this.#ask(key, token, terms, first[2])
    // Found again means that somebody has just stored another entry: the next attempt looks at it.
    return isFound(second) ? { state: 'wait' } : this.#granted(key, token, terms, second)
  }

  async claim(key: string, terms: LeaseTerms): Promise<Lease> {
    const token = randomUUID()
    await this.#client.set(leaseKeyOf(key), token, 'PX', terms.leaseMs)
    return this.#lease(key, token, terms)
  }

  async delete(key: string): Promise<void> {
    await this.#client.del(key, leaseKeyOf(key))
  }

  async deleteTags(tags: readonly string[]): Promise<void> {
    // A tag without a version matches no entry, and its next version is new. One command a key suits a cluster.
    await Promise.all(tags.map((tag) => this.#client.del(tag)))
  }

  async close(): Promise<void> {}

  #ask(key: string, token: string, { leaseMs }: LeaseTerms, useless: string): Promise<unknown> {
    return runScript(this.#client, acquireScript, [key, leaseKeyOf(key)], [token, leaseMs, useless])
  }

  async #granted(key: string, token: string, terms: LeaseTerms, reply: unknown): Promise<Acquired> {
    return reply === 1 ? { state: 'lease', lease: await this.#lease(key, token, terms) } : { state: 'wait' }
  }

  async #lease(key: string, token: string, { tags, ttlMs, leaseMs }: LeaseTerms): Promise<Lease> {
    const release = async () => {
      await runScript(this.#client, releaseScript, [leaseKeyOf(key)], [token])
    }
    try {
      const versions = new Map(await Promise.all(tags.map((tag) => this.#tagVersion(tag, ttlMs + leaseMs))))
      return { fill: (entry) => this.#fill(key, token, versions, entry), release }
    } catch (error) {
      release().catch(() => undefined)
      throw error
    }
  }

  async #fill(key: string, token: string, versions: ReadonlyMap<string, string>, entry: Entry): Promise<boolean> {
    const tags: TagVersion[] = []
    for (const tag of entry.tags) {
      const version = versions.get(tag)
      if (version === undefined) return false
      tags.push([tag, version])
    }
    const text = formatRedisEntry(token, tags, entry.plain)
    return (await runScript(this.#client, fillScript, [key, leaseKeyOf(key)], [token, text, entry.ttlMs])) === 1
  }

  async #tagVersion(tag: string, leastMs: number): Promise<TagVersion> {
    return [tag, String(await runScript(this.#client, tagVersionScript, [tag], [randomUUID(), leastMs]))]
  }

  async #open(text: string, ttlMs: number): Promise<Entry | undefined> {
    const entry = parseRedisEntry(text)
    if (entry === undefined) return undefined
    const current = await Promise.all(entry.tags.map(([tag]) => this.#text(tag)))
    if (!entry.tags.every(([, version], index) => version === current[index])) return undefined
    return { plain: entry.plain, ttlMs: Math.max(0, ttlMs), tags: entry.tags.map(([tag]) => tag) }
  }

  /** The string under a key; what is of another type is not ours and counts as nothing. */
  async #text(key: string): Promise<string | null> {
    try {
      return await this.#client.get(key)
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null
      throw error
    }
  }
}

function leaseKeyOf(key: string): string {
  return `${key}:lease`
}

function isFound(reply: unknown): reply is [ttlMs: number, text: string, digest: string] {
  return Array.isArray(reply) && typeof reply[0] === 'number' && typeof reply[1] === 'string'
}
