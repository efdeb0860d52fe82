import { startRedis } from '@seawall/services'
import type { Contest, ContestBenchmark, ContestRow } from '../contest.ts'

const libraries = [
  'ioredis',
  'ioredis, one MGET a tick',
  'seawall, ioredis 6',
  'seawall, ioredis 5',
  'bentocache',
  'cache-manager',
] as const
const module = new URL('../tiered-cache-redis/redis-hit.ts', import.meta.url)

/** Hits in Redis. */
export const tieredCacheRedisBenchmark: ContestBenchmark = {
  name: 'tiered-cache-redis',
  about: 'a hit in Redis alone, by one caller and by many in one tick, beside other caches and a bare GET',
  async open(quick) {
    const redis = await startRedis()
    const contests = [1, 64, 512].map((callers) => redisHit(quick, redis.url, callers))
    return { contests, close: () => redis.stop() }
  },
}

function redisHit(quick: boolean, url: string, callers: number): Contest {
  const isLone = callers === 1
  const bars = isLone
    ? [atLeast('seawall, ioredis 6', 'ioredis', 0.9)]
    : [atLeast('seawall, ioredis 6', 'bentocache', 3), atLeast('seawall, ioredis 6', 'cache-manager', 3)]
  return {
    title: `A hit in Redis, ${callers} callers in one tick`,
    contenders: libraries.map((library) => ({ name: library, module, setting: { library, url, callers } })),
    ...effort(isLone, quick),
    bars,
  }
}

/** V8 goes on compiling for some 250,000 hits; where one waits for another, so many would take too long. */
function effort(isLone: boolean, quick: boolean): Pick<Contest, 'launches' | 'rounds' | 'operations' | 'warmUp'> {
  const operations = isLone ? 4_000 : 50 * 512
  if (quick) return { launches: 1, rounds: 3, operations, warmUp: operations }
  return isLone
    ? { launches: 2, rounds: 20, operations, warmUp: 80_000 }
    : { launches: 4, rounds: 20, operations, warmUp: 10 * operations }
}

function atLeast(fast: string, slow: string, limit: number): Contest['bars'][number] {
  const ratio = (rows: ReadonlyMap<string, ContestRow>, name: string) => rows.get(name)?.ratio ?? NaN
  return {
    text: `${fast}, × ${slow}`,
    limit,
    is: 'at least',
    measure: (rows) => ratio(rows, fast) / ratio(rows, slow),
  }
}
