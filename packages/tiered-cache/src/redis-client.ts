/** What `redisTier` needs of a client: the promise API of ioredis 5 and 6, `Redis` and `Cluster` alike. */
export interface RedisClient {
  /** GET. */
  get(key: string): Promise<string | null>
  /** PTTL. */
  pttl(key: string): Promise<number>
  /** SET key value PX milliseconds. */
  set(key: string, value: string, unit: 'PX', ms: number): Promise<unknown>
  /** DEL. */
  del(...keys: string[]): Promise<number>
  /** EVALSHA sha1 numkeys key… argument…. */
  evalsha(sha1: string, keyCount: number, ...keysAndArguments: (string | number)[]): Promise<unknown>
  /** EVAL script numkeys key… argument…. */
  eval(script: string, keyCount: number, ...keysAndArguments: (string | number)[]): Promise<unknown>
}
