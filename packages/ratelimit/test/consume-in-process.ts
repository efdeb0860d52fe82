import { Redis } from 'ioredis'
import { redisStore } from '../src/redis.ts'

/*
 * A process of its own that consumes from a key many times at once and prints how many were admitted:
 * node consume-in-process.ts <url> <prefix> <requests> <limit>
 */
const [url = '', prefix = '', requests = '0', limit = '1'] = process.argv.slice(2)
const redis = new Redis(url)
const store = redisStore(redis, { prefix, deadlineMs: 10_000 })
const decisions = await Promise.all(
  Array.from({ length: Number(requests) }, async () =>
    store.consume('key', { limit: Number(limit), windowMs: 60_000 }),
  ),
)
console.log(decisions.filter((decision) => decision.allowed).length)
redis.disconnect()
