import { checkOptions, fn, type Rules } from '@seawall/options'
import type { Change, Coherence } from '../coherence.ts'
import { Listening, listeningRules, type Line, type ListeningOptions } from '../listening.ts'
import { OpenLinks } from '../open-links.ts'
import { createToken } from '../token.ts'
import { encodeInvalidation, tellWithin, type Invalidation } from './invalidation.ts'
import { PostgresKeys } from './postgres-keys.ts'
import { messagesOf, notifyKind, type NotifyTarget } from './postgres-news.ts'
import { checkQueryable, type PostgresListener, type PostgresQueryable } from './postgres-pool.ts'

/** Options of `pgNotify`. */
export interface PgNotifyOptions extends ListeningOptions {
  /** Makes a client that does not yet connect, `() => new pg.Client(url)`: one is kept for listening, not behind PgBouncer. */
  readonly connect: () => PostgresListener
}

/** A coherence by LISTEN and NOTIFY. */
export interface PgNotify extends Coherence {
  /**
   * Tells all processes, this one too, in a transaction of yours: they hear of it with the commit, and never after a
   * rollback. It reaches their memory; where there is a `postgresTier`, use its `invalidateWithin`, which does both.
   *
   * @param client - The client that has begun the transaction.
   * @throws TypeError or RangeError for bad options or a bad key.
   */
  tellWithin(client: PostgresQueryable, invalidation: Invalidation): Promise<void>
}

const rules: Rules<PgNotifyOptions> = {
  ...listeningRules,
  connect: fn('a function that returns a client of pg'),
}

/**
 * Keeps the memory of several processes in step by LISTEN and NOTIFY of PostgreSQL. With a `postgresTier` on the same pool
 * the news goes out in the same step as the change.
 *
 * @param pool - Through which changes are told. It stays the application's.
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import pg from 'pg'
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 * import { pgNotify, postgresTier } from '@seawall/tiered-cache/postgres'
 *
 * const pool = new pg.Pool()
 * const tiers = [memoryTier({ maxEntries: 10_000 }), postgresTier(pool)] as const
 * const coherence = pgNotify(pool, { connect: () => new pg.Client() })
 * const cache = createCache({ namespace: 'shop', tiers, coherence })
 * ```
 */
export function pgNotify(pool: PostgresQueryable, options: PgNotifyOptions): PgNotify {
  checkQueryable('listen to PostgreSQL', pool)
  checkOptions('listen to PostgreSQL', options, rules, ['connect'])
  const { connect, ...listening } = options
  const origin = createToken()
  const links = new OpenLinks(origin)
  return {
    name: notifyKind,
    maxStaleMs: undefined,
    announcement: { kind: notifyKind, target: { pool, origin } satisfies NotifyTarget },
    open: (context) => {
      const { channel } = new PostgresKeys(context.namespace)
      const { hear, forget } = links.open(context)
      const listener = new Listening(() => new PostgresLine(connect(), channel, hear), context.listener, listening)
      return {
        publish: async (change: Change) => {
          await pool.query('SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message', [
            channel,
            messagesOf(origin, change),
          ])
        },
        close: async () => {
          listener.close()
          forget()
        },
      }
    },
    tellWithin: (client, invalidation) => tellWithin(client, encodeInvalidation(invalidation)),
  }
}

/** How long a server may take to say goodbye. */
const goodbyeMs = 500

/** A connection of its own to PostgreSQL that listens to one channel. */
class PostgresLine implements Line {
  readonly #client: PostgresListener
  readonly #channel: string
  readonly #hear: (text: string) => void

  constructor(client: PostgresListener, channel: string, hear: (text: string) => void) {
    this.#client = client
    this.#channel = channel
    this.#hear = hear
    // Told of by `end` as well; without a listener it would end the process.
    this.#client.on('error', () => undefined)
  }

  async open(lost: (reason: unknown) => void): Promise<void> {
    this.#client.on('end', () => lost(new Error('The connection was lost')))
    this.#client.on('error', lost)
    this.#client.on('notification', (notification) => {
      this.#hear(String((notification as { payload?: unknown }).payload))
    })
    await this.#client.connect()
    await this.#client.query(`LISTEN "${this.#channel}"`)
  }

  ping(): Promise<unknown> {
    return this.#client.query('SELECT 1')
  }

  close(): void {
    this.#client.end().catch(() => undefined)
    // A server that has vanished says no goodbye, and the socket would stay for as long as TCP is patient.
    setTimeout(() => this.#client.connection?.stream?.destroy(), goodbyeMs).unref()
  }
}
