import { checkOptions, instanceOrShape, integer, milliseconds, string } from '@seawall/options'

/** What is needed of a Redis client. An `ioredis` 5 or 6 `Redis` or `Cluster` is one. */
export interface RedisClient {
  /** Runs a script by its SHA-1. */
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>
  /** Runs a script by its text. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>
}

/** Options of `redisStore`. */
export interface RedisStoreOptions {
  /**
   * What the names of all keys in Redis begin with. Two services that share a Redis need two.
   *
   * @default 'ratelimit'
   */
  readonly prefix?: string
  /**
   * How long a decision may take, in milliseconds, 1 to 60,000. After it the limit does what its `onError` says.
   *
   * @default 75
   */
  readonly deadlineMs?: number
  /**
   * After how many decisions in a row that failed or came too late Redis is left alone, 1 to 1,000.
   *
   * @default 5
   */
  readonly failures?: number
  /**
   * How long Redis is left alone before one request tries it again, in milliseconds, 1 to 60,000.
   *
   * @default 1_000
   */
  readonly probeMs?: number
}

/**
 * Checks the client and the options.
 *
 * @throws TypeError or RangeError
 */
export function checkRedisOptions(redis: RedisClient, options: RedisStoreOptions): void {
  const action = 'create a Redis store'
  checkOptions(action, { redis }, { redis: instanceOrShape('an ioredis client', 'evalsha', 'eval') }, ['redis'])
  checkOptions<RedisStoreOptions>(action, options, {
    prefix: string(),
    deadlineMs: milliseconds({ min: 1, max: 60_000 }),
    failures: integer({ min: 1, max: 1_000 }),
    probeMs: milliseconds({ min: 1, max: 60_000 }),
  })
}
