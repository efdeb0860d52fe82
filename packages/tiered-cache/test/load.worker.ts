import { Redis } from 'ioredis'
import { createCache, memoryTier } from '../src/index.ts'
import { redisTier } from '../src/redis.ts'

// Run by processes.test.ts as a process of its own: asks for one key a thousand times at once, and counts its loads.
const [url = '', namespace = ''] = process.argv.slice(2)
const redis = new Redis(url)
const cache = createCache({
  namespace,
  tiers: [memoryTier({ maxEntries: 10 }), redisTier(redis, { timeoutMs: 5_000 })],
  waitMs: 10_000,
})
await redis.ping()
process.send?.('ready')
await new Promise((resolve) => process.once('message', resolve))
const load = async () => {
  const loads = await redis.incr(`${namespace}-loads`)
  await redis.call('BLPOP', `${namespace}-never`, '0.1')
  return { loads }
}
const values = await Promise.all(Array.from({ length: 1_000 }, () => cache.getOrSet('cold', load)))
process.send?.([...new Set(values.map((value) => value.loads))])
await cache.close()
await redis.quit()
process.disconnect()
