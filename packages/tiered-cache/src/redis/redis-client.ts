import { checkOptions, instanceOrShape } from '@seawall/options'

/** What `redisTier` needs of a client: the promise API of ioredis 5 and 6, `Redis` and `Cluster` alike. */
export interface RedisClient {
  /** Whether it is a `Cluster`. */
  readonly isCluster: boolean
  /** MGET, with the values as text. */
  mget(keys: string[]): Promise<(string | null)[]>
  /** MGET, with the values as bytes. */
  mgetBuffer(keys: string[]): Promise<(Buffer | null)[]>
  /** Runs a command; text in the reply arrives as bytes. */
  callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>
}

const client = instanceOrShape('an ioredis client, version 5 or 6', 'mget', 'mgetBuffer', 'callBuffer')

/** @throws TypeError when it is not a client. */
export function checkRedisClient(action: string, redis: object): void {
  checkOptions(action, { redis }, { redis: client }, ['redis'])
}
