import type { Line } from '../listening.ts'
import type { RedisConnection, RedisConnector } from './redis-connection.ts'

/** A connection of its own to Redis, made as the application's is, on which nothing is sent but what listens. */
export class RedisLine implements Line {
  readonly #connection: RedisConnection
  readonly #subscribe: (connection: RedisConnection) => Promise<unknown>
  readonly #heard: (channel: string, message: unknown) => void

  constructor(
    redis: RedisConnector,
    subscribe: (connection: RedisConnection) => Promise<unknown>,
    heard: (channel: string, message: unknown) => void,
  ) {
    this.#connection = connect(redis)
    this.#subscribe = subscribe
    this.#heard = heard
    // Told of by `close` as well; without a listener it would end the process.
    this.#connection.on('error', () => undefined)
  }

  async open(lost: (reason: unknown) => void): Promise<void> {
    const connection = this.#connection
    connection.on('close', () => lost(new Error('The connection was lost')))
    connection.on('messageBuffer', (channel: unknown, message: unknown) => this.#heard(String(channel), message))
    await connection.connect()
    await this.#subscribe(connection)
  }

  ping(): Promise<unknown> {
    return this.#connection.ping()
  }

  close(): void {
    this.#connection.disconnect()
  }
}

/** Whoever listens connects anew by itself: a failed connection is given up, and with it what it knew of the servers. */
const ownRules = {
  lazyConnect: true,
  autoResubscribe: false,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy: null,
  sentinelRetryStrategy: null,
  disconnectTimeout: 100,
  keyPrefix: '',
  protocol: 2,
} as const

function connect(redis: RedisConnector): RedisConnection {
  if (redis.nodes === undefined) return redis.duplicate(ownRules)
  const masters = redis.nodes('master')
  const node = masters[Math.floor(Math.random() * masters.length)]
  if (node === undefined) throw new Error('The cluster has no master')
  return node.duplicate(ownRules)
}
