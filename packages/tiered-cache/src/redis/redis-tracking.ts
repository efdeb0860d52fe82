import { checkOptions, hastenStrings } from '@seawall/options'
import type { Change, Coherence, CoherenceContext } from '../coherence.ts'
import { Listening, listeningRules, type ListeningOptions } from '../listening.ts'
import { checkRedisConnector, type RedisConnection, type RedisConnector } from './redis-connection.ts'
import { RedisKeys } from './redis-keys.ts'
import { RedisLine } from './redis-line.ts'
import { announcementKinds, type PubSubTarget } from './redis-news.ts'

const invalidations = '__redis__:invalidate'

/**
 * Keeps the memory of several processes in step by what Redis itself tells of every change to the cache's keys (CLIENT
 * TRACKING in broadcasting mode): also of what others delete or overwrite, of expiry, eviction and FLUSHALL. It goes with a
 * `redisTier` on the same server. Needs Redis 6 or later and no proxy in between; not for a Cluster. Every process also
 * hears of what it has stored itself, and asks Redis once more for it.
 *
 * @param redis - An ioredis client, version 5 or 6. It stays the application's; a connection like it is made for listening.
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { Redis } from 'ioredis'
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 * import { redisTier, redisTracking } from '@seawall/tiered-cache/redis'
 *
 * const redis = new Redis('redis://localhost')
 * const tiers = [memoryTier({ maxEntries: 10_000 }), redisTier(redis)] as const
 * const cache = createCache({ namespace: 'shop', tiers, coherence: redisTracking(redis) })
 * ```
 */
export function redisTracking(redis: RedisConnector, options: ListeningOptions = {}): Coherence {
  checkRedisConnector('track Redis', redis)
  checkOptions('track Redis', options, listeningRules)
  hastenStrings()
  if (redis.isCluster)
    throw new TypeError(
      "Cannot track Redis as 'redis' must be a client of one server: current value is a Cluster, use redisPubSub",
    )
  return {
    name: announcementKinds.tracking,
    maxStaleMs: undefined,
    announcement: { kind: announcementKinds.tracking, target: { client: redis, origin: '' } satisfies PubSubTarget },
    open: ({ namespace, listener }: CoherenceContext) => {
      const keys = new RedisKeys(namespace)
      const head = redis.options?.keyPrefix ?? ''
      const hear = (_: string, names: unknown) => {
        for (const change of changesOf(names, head, keys)) listener.changed(change)
      }
      const prefixes = [keys.entryPrefix, keys.tagPrefix, keys.generation].map((prefix) => head + prefix)
      const listening = new Listening(
        () => new RedisLine(redis, (connection) => track(connection, prefixes), hear),
        listener,
        options,
      )
      return { close: async () => listening.close() }
    },
  }
}

/** The connection is told to itself: what Redis 6 speaks of by pushes, ioredis passes over. */
async function track(connection: RedisConnection, prefixes: readonly string[]): Promise<void> {
  const id = Number(await connection.call('CLIENT', 'ID'))
  const filters = prefixes.flatMap((prefix) => ['PREFIX', prefix])
  await connection.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', ...filters)
  await connection.subscribe(invalidations)
}

/** What the names of changed keys mean. No names at all: anything may have changed. */
function changesOf(names: unknown, head: string, keys: RedisKeys): Change[] {
  if (!Array.isArray(names)) return [{ kind: 'all' }]
  const changed: string[] = []
  const tags: string[] = []
  for (const whole of names.map(String)) {
    const name = whole.slice(head.length)
    if (name === keys.generation) return [{ kind: 'all' }]
    const key = keys.keyOf(name)
    if (key !== undefined) changed.push(key)
    else if (name.startsWith(keys.tagPrefix)) tags.push(name.slice(keys.tagPrefix.length))
  }
  const ofKeys: Change[] = changed.length === 0 ? [] : [{ kind: 'keys', keys: changed }]
  return tags.length === 0 ? ofKeys : [...ofKeys, { kind: 'tags', tags }]
}
