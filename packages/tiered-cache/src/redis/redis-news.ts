import type { Announcement, Change } from '../coherence.ts'
import { formatMessage } from '../message.ts'
import type { RedisClient } from './redis-client.ts'
import type { RedisKeys } from './redis-keys.ts'

/** The kinds of announcement that the coherences of Redis make. */
export const announcementKinds = { pubSub: 'redis-pubsub', tracking: 'redis-tracking' } as const

/** Where a coherence by pub/sub publishes, and as whom. */
export interface PubSubTarget {
  /** The client that the coherence was given: another may lead to another server. */
  readonly client: unknown
  /** Tells its own messages from those of others. */
  readonly origin: string
}

/** Writes what the scripts of a store announce, where they do. */
export class RedisNews {
  /** Whether the other processes hear of changes without the cache's doing. */
  readonly announces: boolean
  readonly #channel: string
  readonly #origin: string

  constructor(client: RedisClient, keys: RedisKeys, announcement: Announcement | undefined) {
    const target = announcement?.target as PubSubTarget | undefined
    const isSame = target?.client === client
    const publishes = isSame && announcement?.kind === announcementKinds.pubSub
    this.announces = publishes || (isSame && announcement?.kind === announcementKinds.tracking)
    this.#channel = publishes ? keys.channel : ''
    this.#origin = publishes ? target.origin : ''
  }

  /** Channel and message for a script. */
  of(change: Change): [channel: string, message: string] {
    return this.#channel === '' ? ['', ''] : [this.#channel, formatMessage({ from: this.#origin, change })]
  }
}
