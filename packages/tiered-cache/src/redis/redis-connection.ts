import { checkOptions, instanceOrShape } from '@seawall/options'
import type { RedisClient } from './redis-client.ts'

/** A connection that a coherence makes from the application's client. */
export interface RedisConnection {
  /** Connects. */
  connect(): Promise<unknown>
  /** Gives the connection up. */
  disconnect(): void
  /** PING. */
  ping(): Promise<unknown>
  /** SUBSCRIBE. */
  subscribe(channel: string): Promise<unknown>
  /** Runs a command. */
  call(command: string, ...args: (string | number)[]): Promise<unknown>
  /** Listens to the client's events. */
  on(event: string, listener: (...args: unknown[]) => void): unknown
}

/** One node of a `Cluster`. */
export interface RedisNode {
  /** Makes another client of the same node with the same options but these. */
  duplicate(override?: object): RedisConnection
}

/** What a coherence needs of the application's client, to publish and to make connections of its own. */
export interface RedisConnector extends RedisClient {
  /** Makes another client with the same options but these. */
  duplicate(override?: object): RedisConnection
  /** The client's options. */
  readonly options?: {
    /** What the client puts before every key. */
    readonly keyPrefix?: string | undefined
  }
  /** The nodes of a `Cluster`. */
  nodes?(role: 'master'): readonly RedisNode[]
}

const connector = instanceOrShape('an ioredis client, version 5 or 6', 'mget', 'mgetBuffer', 'callBuffer', 'duplicate')

/** @throws TypeError when it is not such a client. */
export function checkRedisConnector(action: string, redis: object): void {
  checkOptions(action, { redis }, { redis: connector }, ['redis'])
}
