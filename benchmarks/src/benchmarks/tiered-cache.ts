import { startRedis } from '@seawall/services'
import type { Contest, ContestBar, ContestBenchmark, ContestRow } from '../contest.ts'

type Rows = ReadonlyMap<string, ContestRow>

const moduleOf = (name: string) => new URL(`../tiered-cache/${name}.ts`, import.meta.url)
const named = (module: string, names: readonly string[]) =>
  names.map((name) => ({ name, module: moduleOf(module), setting: { contender: name } }))

/** Hits in memory, callers of a cold key, and processes that share a Redis. */
export const tieredCacheBenchmark: ContestBenchmark = {
  name: 'tiered-cache',
  about: 'a hit in memory, ten thousand callers of a cold key, and what several processes load',
  async open(quick) {
    const redis = await startRedis()
    const contests = [
      memoryHit(quick),
      coldKey(quick),
      fleetColdKey(quick, redis.url),
      fleetHotKey(quick, redis.url),
      fragmentsPage(quick, redis.url),
    ]
    return { contests, close: () => redis.stop() }
  },
}

function memoryHit(quick: boolean): Contest {
  const names = ['lru-cache', 'getOrSet', 'getOrSet by parts', 'peek', 'bentocache', 'cache-manager']
  return {
    title: 'A hit in memory, one of a thousand keys',
    contenders: named('memory-hit', names),
    ...(quick ? { launches: 1, rounds: 3 } : { launches: 5, rounds: 12 }),
    operations: 200_000,
    warmUp: 200_000,
    bars: [
      { text: 'getOrSet, ns', limit: 160, is: 'at most', measure: (rows) => wallNs(rows, 'getOrSet') },
      { text: 'getOrSet, × lru-cache', limit: 6, is: 'at most', measure: times('getOrSet', 'lru-cache') },
      { text: 'bentocache, × getOrSet', limit: 6, is: 'at least', measure: times('bentocache', 'getOrSet') },
      { text: 'cache-manager, × getOrSet', limit: 3, is: 'at least', measure: times('cache-manager', 'getOrSet') },
      { text: 'peek, ns', limit: 70, is: 'at most', measure: (rows) => wallNs(rows, 'peek') },
    ],
  }
}

function coldKey(quick: boolean): Contest {
  return {
    title: '10,000 callers of one cold key, a load of 50 ms',
    contenders: named('cold-key', ['promise map', 'seawall', 'bentocache', 'cache-manager']),
    ...(quick ? { launches: 1, rounds: 2 } : { launches: 3, rounds: 6 }),
    operations: 2,
    warmUp: 2,
    bars: [
      figureBar('seawall', 'loads a key', 1),
      figureBar('seawall', 'ms after load', 10),
      figureBar('seawall', 'heap MB', 4),
    ],
  }
}

function fleetColdKey(quick: boolean, url: string): Contest {
  const setting = { url, processes: 4, loadMs: 100, ttlMs: 60_000, staleMs: 0 }
  return {
    title: '4 processes × 2,500 callers of one cold key over Redis, a load of 100 ms',
    contenders: fleetOf('fleet-cold-key', setting),
    ...(quick ? { launches: 1, rounds: 1 } : { launches: 3, rounds: 4 }),
    operations: 2,
    warmUp: 1,
    bars: [figureBar('seawall', 'loads a key', 1)],
  }
}

function fleetHotKey(quick: boolean, url: string): Contest {
  const setting = { url, processes: 16, loadMs: 20, ttlMs: quick ? 1_000 : 4_000, staleMs: 60_000 }
  return {
    title: `16 processes, one hot key over its time to live of ${setting.ttlMs} ms, a load of ${setting.loadMs} ms`,
    contenders: fleetOf('fleet-hot-key', setting),
    launches: 1,
    rounds: quick ? 1 : 3,
    operations: quick ? 3 : 5,
    warmUp: 0,
    bars: [figureBar('seawall', 'loads a ttl', 1.1), figureBar('seawall', 'waits', 0)],
  }
}

function fragmentsPage(quick: boolean, url: string): Contest {
  const names = ['no cache', 'memory over Redis', 'Redis alone']
  const module = moduleOf('fragments')
  return {
    title: 'A page of 1,000 fragments, one of them changed: 2 renders are the item and the page around it',
    contenders: names.map((name) => ({ name, module, setting: { url, contender: name } })),
    ...(quick ? { launches: 1, rounds: 2 } : { launches: 3, rounds: 6 }),
    operations: 20,
    warmUp: 20,
    bars: ['memory over Redis', 'Redis alone'].flatMap((name) => [
      figureBar(name, 'renders', 3),
      figureBar(name, 'commands', 5),
    ]),
  }
}

function fleetOf(module: string, setting: object) {
  return (['seawall', 'bentocache', 'cache-manager'] as const).map((library) => ({
    name: library,
    module: moduleOf(module),
    setting: { ...setting, library },
  }))
}

function figureBar(contender: string, figure: string, limit: number): ContestBar {
  const measure = (rows: Rows) => rows.get(contender)?.figures[figure] ?? NaN
  return { text: `${contender}: ${figure}`, limit, is: 'at most', measure }
}

function times(slow: string, fast: string) {
  return (rows: Rows) => wallNs(rows, slow) / wallNs(rows, fast)
}

function wallNs(rows: Rows, contender: string): number {
  return rows.get(contender)?.wallNs ?? NaN
}
