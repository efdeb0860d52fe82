import { checkOptions, hastenStrings } from '@seawall/options'
import type { Change, Coherence } from '../coherence.ts'
import { Listening, listeningRules, type ListeningOptions } from '../listening.ts'
import { formatMessage } from '../message.ts'
import { OpenLinks } from '../open-links.ts'
import { createToken } from '../token.ts'
import { checkRedisConnector, type RedisConnector } from './redis-connection.ts'
import { RedisKeys } from './redis-keys.ts'
import { RedisLine } from './redis-line.ts'
import { announcementKinds, type PubSubTarget } from './redis-news.ts'

/**
 * Keeps the memory of several processes in step by PUBLISH and SUBSCRIBE. Works with a single Redis, Sentinels, a Cluster
 * and most proxies. What changes Redis beside the caches is not heard of. Listens on a connection of its own, made as the
 * client given was; with a `redisTier` on the same client the news goes out in the same step as the change.
 *
 * @param redis - An ioredis client, version 5 or 6. It stays the application's.
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { Redis } from 'ioredis'
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 * import { redisPubSub, redisTier } from '@seawall/tiered-cache/redis'
 *
 * const redis = new Redis('redis://localhost')
 * const tiers = [memoryTier({ maxEntries: 10_000 }), redisTier(redis)] as const
 * const cache = createCache({ namespace: 'shop', tiers, coherence: redisPubSub(redis) })
 * ```
 */
export function redisPubSub(redis: RedisConnector, options: ListeningOptions = {}): Coherence {
  checkRedisConnector('listen to Redis', redis)
  checkOptions('listen to Redis', options, listeningRules)
  hastenStrings()
  const origin = createToken()
  const links = new OpenLinks(origin)
  return {
    name: announcementKinds.pubSub,
    maxStaleMs: undefined,
    announcement: { kind: announcementKinds.pubSub, target: { client: redis, origin } satisfies PubSubTarget },
    open: (context) => {
      const { channel } = new RedisKeys(context.namespace)
      const { hear, forget } = links.open(context)
      const dial = () =>
        new RedisLine(
          redis,
          (connection) => connection.subscribe(channel),
          (_, message) => hear(String(message)),
        )
      const listening = new Listening(dial, context.listener, options)
      return {
        publish: async (change: Change) => {
          await redis.callBuffer('PUBLISH', channel, formatMessage({ from: origin, change }))
        },
        close: async () => {
          listening.close()
          forget()
        },
      }
    },
  }
}
