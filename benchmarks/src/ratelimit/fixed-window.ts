import type { Redis } from 'ioredis'

/** The least that a limit in Redis can be: a counter that expires. */
const script = `
local used = redis.call('INCRBY', KEYS[1], 1)
if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { used, redis.call('PTTL', KEYS[1]) }
`

/** Loads it; what is returned counts a key. */
export async function fixedWindow(redis: Redis, prefix: string): Promise<(key: string) => Promise<unknown>> {
  const sha1 = (await redis.script('LOAD', script)) as string
  return (key) => redis.evalsha(sha1, 1, prefix + key, 60_000)
}
