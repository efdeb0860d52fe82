import type { Announcement, Change } from '../coherence.ts'
import { formatMessage } from '../message.ts'
import type { PostgresKeys } from './postgres-keys.ts'
import type { PostgresQueryable } from './postgres-pool.ts'

/** The kind of announcement that `pgNotify` makes. */
export const notifyKind = 'pg-notify'

/** Where a coherence publishes, and as whom. */
export interface NotifyTarget {
  /** The pool that the coherence was given: another may lead to another database. */
  readonly pool: unknown
  /** Tells its own messages from those of others. */
  readonly origin: string
}

/** PostgreSQL takes less than 8,000 bytes. */
const maxMessageBytes = 7_900

/** A change in as many messages as it takes. */
export function messagesOf(from: string, change: Change): string[] {
  const message = formatMessage({ from, change })
  if (Buffer.byteLength(message) <= maxMessageBytes) return [message]
  if (change.kind === 'all') return [message]
  const names = change.kind === 'keys' ? change.keys : change.tags
  const half = Math.ceil(names.length / 2)
  return [names.slice(0, half), names.slice(half)].flatMap((part) =>
    messagesOf(from, change.kind === 'keys' ? { kind: 'keys', keys: part } : { kind: 'tags', tags: part }),
  )
}

/** Writes what the statements of a store announce. Where they do not, there are no messages. */
export class PostgresNews {
  /** Whether the other processes hear of changes without the cache's doing. */
  readonly announces: boolean
  readonly #channel: string
  readonly #origin: string

  constructor(pool: PostgresQueryable, keys: PostgresKeys, announcement: Announcement | undefined) {
    const target = announcement?.kind === notifyKind ? (announcement.target as NotifyTarget) : undefined
    this.announces = target?.pool === pool
    this.#channel = keys.channel
    this.#origin = target?.origin ?? ''
  }

  /** Channel and messages for a statement. */
  of(change: Change): [channel: string, messages: string[]] {
    return [this.#channel, this.announces ? messagesOf(this.#origin, change) : []]
  }
}
