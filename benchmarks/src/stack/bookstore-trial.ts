import { startPostgres, startRedis } from '@seawall/services'
import { createCache } from '@seawall/tiered-cache'
import { redisPubSub, redisTier } from '@seawall/tiered-cache/redis'
import { Redis } from 'ioredis'
import { AskedProcess } from '../asked-process.ts'
import type { Trial } from '../benchmark.ts'
import { median } from '../statistics.ts'
import { examples, startBookstore, type Backends, type BookstoreProcess } from './bookstore-process.ts'
import type { BrowseAnswers } from './browse-process.ts'

/** How a route of the bookstore did on a framework: medians over the launches. */
export interface BookstoreRow {
  readonly framework: string
  readonly path: string
  /** The first request of the route to a process that has just started. */
  readonly firstMs: number
  /** With no tier of the cache holding it, code warm; of what is cached at all. */
  readonly coldMs?: number
  /** Warm, over 32 connections. */
  readonly perSecond: number
  readonly p99Ms: number
  /** CPU time of the server's process. */
  readonly cpuMs: number
}

interface Effort {
  readonly launches: number
  readonly catalog: number
  readonly feed: number
  readonly cold: number
}

const full: Effort = { launches: 3, catalog: 1500, feed: 8000, cold: 60 }
const quick: Effort = { launches: 1, catalog: 200, feed: 1000, cold: 10 }

type Measured = Omit<BookstoreRow, 'framework'>
type Client = AskedProcess<BrowseAnswers>

/** The bookstore's own routes, cold and warm, on every framework, over PostgreSQL and Redis. */
export const bookstoreTrial: Trial = {
  async run(isQuick) {
    const effort = isQuick ? quick : full
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
    try {
      const rows = await measureAll(effort, { databaseUrl: postgres.url, redisUrl: redis.url })
      return {
        title: 'the bookstore, in production mode, over PostgreSQL and Redis',
        lines: toLines(rows),
        rows,
        bars: [],
      }
    } finally {
      await Promise.all([postgres.stop(), redis.stop()])
    }
  },
}

async function measureAll(effort: Effort, backends: Backends): Promise<BookstoreRow[]> {
  const seen = new Map<string, Measured[]>()
  const client: Client = new AskedProcess(new URL('browse-process.ts', import.meta.url))
  const redis = new Redis(backends.redisUrl)
  try {
    for (let launch = 0; launch < effort.launches; launch++)
      for (const framework of Object.keys(examples) as (keyof typeof examples)[]) {
        await redis.flushall()
        const bookstore = await startBookstore(framework, backends)
        try {
          for (const measured of await measure(bookstore, client, redis, effort)) {
            const key = `${framework} ${measured.path}`
            seen.set(key, [...(seen.get(key) ?? []), measured])
          }
        } finally {
          await bookstore.process.end()
        }
      }
  } finally {
    redis.disconnect()
    await client.end()
  }
  return [...seen].map(([key, launches]) => ({ framework: key.split(' ')[0] as string, ...medians(launches) }))
}

async function measure(bookstore: BookstoreProcess, client: Client, redis: Redis, effort: Effort): Promise<Measured[]> {
  const url = (path: string): string => bookstore.url + path
  // as whoever starts processes does; it also makes the client ready
  for (let probe = 0; probe < 20; probe++) await client.ask('once', url('/healthz'))
  const first = { catalog: await client.ask('once', url('/catalog')), feed: await client.ask('once', url('/feed')) }
  const catalog = await measureWarm(bookstore, client, '/catalog', effort.catalog)
  const feed = await measureWarm(bookstore, client, '/feed', effort.feed)
  const coldMs = await measureCold(url('/feed'), client, redis, effort.cold)
  return [
    { path: '/catalog', firstMs: first.catalog, ...catalog },
    { path: '/feed', firstMs: first.feed, coldMs, ...feed },
  ]
}

async function measureWarm({ url, process }: BookstoreProcess, client: Client, path: string, count: number) {
  await client.ask('load', { url: url + path, count: Math.ceil(count / 2) })
  await process.ask('start', undefined)
  const load = await client.ask('load', { url: url + path, count })
  return { ...load, cpuMs: (await process.ask('stop', undefined)) / 1e6 / count }
}

/** Empties the cache before each request, the server's memory too, as another process of the bookstore would. */
async function measureCold(url: string, client: Client, redis: Redis, count: number): Promise<number> {
  const tiers = [redisTier(redis, { timeoutMs: 5_000 })] as const
  const cache = createCache({ namespace: 'bookstore', tiers, coherence: redisPubSub(redis) })
  const times: number[] = []
  try {
    for (let tries = 0; times.length < count; tries++) {
      if (tries === 3 * count) throw new Error('the feed is not loaded anew')
      await cache.delete('feed')
      const took = await client.ask('once', url)
      // the news of the deletion may be slower than the request
      if (await cache.has('feed')) times.push(took)
    }
  } finally {
    await cache.close()
  }
  return median(times)
}

function medians(launches: readonly Measured[]): Measured {
  const of = (figure: (measured: Measured) => number): number => median(launches.map(figure))
  const [{ path, coldMs }] = launches as [Measured]
  return {
    path,
    firstMs: of(({ firstMs }) => firstMs),
    ...(coldMs === undefined ? {} : { coldMs: of(({ coldMs: ms = Number.NaN }) => ms) }),
    perSecond: of(({ perSecond }) => perSecond),
    p99Ms: of(({ p99Ms }) => p99Ms),
    cpuMs: of(({ cpuMs }) => cpuMs),
  }
}

function toLines(rows: readonly BookstoreRow[]): string[][] {
  return [
    ['', 'first ms', 'cold ms', 'warm requests/s', 'warm p99 ms', 'warm CPU ms'],
    ...rows.map(({ framework, path, firstMs, coldMs, perSecond, p99Ms, cpuMs }) => [
      `${framework} ${path}`,
      firstMs.toFixed(1),
      coldMs?.toFixed(1) ?? '',
      perSecond.toFixed(0),
      p99Ms.toFixed(1),
      cpuMs.toFixed(3),
    ]),
  ]
}
