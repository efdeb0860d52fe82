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
   * What the names of all keys in Redis begin with, in braces: 1 to 200 characters, none of them a brace. Two services that
   * share a Redis need two. In a Cluster, all keys of one prefix lie on one node.
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
  /**
   * How many refused keys are answered from the memory of this process while they are refused, 0 to 1,000,000; the oldest
   * give way to new ones. 0 asks Redis every time.
   *
   * @default 10_000
   */
  readonly denyCacheKeys?: number
  /**
   * How long a refused key is answered from memory at the most, in milliseconds, 1 to 2,147,483,647. What this process
   * resets, rewards or unblocks counts at once; what another one does, at the latest after this.
   *
   * @default 10_000
   */
  readonly denyCacheMs?: number
  /**
   * How many ones of a quota this process takes with one call, to admit requests of one key without another, 1 to 1,000;
   * never more than a tenth of the limit. Where they go so fast that they would not last, as many again are asked for while
   * the rest is given out. They count as used until a window after they were last of use, which is a tenth of the window or
   * a second after they were taken: so the limit holds over all processes, but each may keep so many, of a fast key twice as
   * many, from the others for that long. For hot keys under limits of hundreds and more; windows below 200 ms, costs other
   * than 1 and limits that are decided together take none. What another process blocks or resets counts here after that
   * time. 1: no leases.
   *
   * @default 1
   */
  readonly lease?: number
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
    prefix: string('1 to 200 characters without braces', /^[^{}]{1,200}$/),
    deadlineMs: milliseconds({ min: 1, max: 60_000 }),
    failures: integer({ min: 1, max: 1_000 }),
    probeMs: milliseconds({ min: 1, max: 60_000 }),
    denyCacheKeys: integer({ min: 0, max: 1_000_000 }),
    denyCacheMs: milliseconds({ min: 1 }),
    lease: integer({ min: 1, max: 1_000 }),
  })
}
