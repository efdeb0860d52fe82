import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { redisStore } from '../src/redis.ts'
import { quotaOf } from './store-conformance.ts'

/*
 * One of several processes that ask for one key in eight loops, without a rest while it is admitted, for a time that
 * begins when all are there, and print between which moments each was admitted, and how many leases came ahead:
 * node consume-in-process.ts <url> <prefix> <processes> <limit> <windowMs> <forMs> <lease>
 */
const [url = '', prefix = '', ...numbers] = process.argv.slice(2)
const [processes = 1, limit = 1, windowMs = 1, forMs = 0, lease = 1] = numbers.map(Number)
const redis = new Redis(url)
const store = redisStore(redis, { prefix, lease, deadlineMs: 10_000, denyCacheKeys: 0 })
const quota = quotaOf('exact', { limit, windowMs })
const admitted: [earliest: number, latest: number][] = []
const stamps = new Set<number>()
/** Leases of which the first was given at once, so that they were there before they were needed. */
let ahead = 0

async function meet(): Promise<void> {
  const place = `${prefix} ready`
  await redis.multi().incr(place).pexpire(place, 60_000).exec()
  while (Number(await redis.get(place)) < processes) await sleep(5)
}

async function ask(until: number): Promise<void> {
  for (let before = Date.now(); before < until; before = Date.now()) {
    const answer = store.consume('key', quota, 1)
    const { allowed, stamp } = await answer
    // What a lease gives is of the moment it is given, which lies somewhere between these.
    const latest = (Date.now() + 1) * 1_000
    if (!('then' in answer) && !stamps.has(stamp)) ahead++
    stamps.add(stamp)
    if (allowed) admitted.push(lease > 1 ? [before * 1_000, latest] : [stamp, stamp])
    else await sleep(2)
    // Lets a lease arrive before the one in use is used up.
    if (lease > 1) await turn()
  }
}

await meet()
const end = Date.now() + forMs
await Promise.all(Array.from({ length: 8 }, () => ask(end)))
console.log(JSON.stringify({ admitted, ahead }))
redis.disconnect()
