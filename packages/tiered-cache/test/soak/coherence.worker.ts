import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { Coherence } from '../../src/coherence.ts'
import { createCache, memoryTier } from '../../src/index.ts'
import { pgNotify, postgresTier } from '../../src/postgres.ts'
import { redisPubSub, redisTier, redisTracking } from '../../src/redis.ts'
import type { SharedTier } from '../../src/tier.ts'

/** What a worker is told. */
export interface Task {
  readonly means: 'pub/sub' | 'tracking' | 'notify'
  /** The server under test. */
  readonly url: string
  /** The source of truth, which nobody disturbs. */
  readonly sourceUrl: string
  readonly namespace: string
  readonly boundMs: number
  readonly forMs: number
  /** How many reads are to be checked. */
  readonly leastChecked: number
}

/** What a worker has seen. */
export interface Report {
  readonly checked: number
  readonly stale: readonly string[]
  readonly memoryHits: number
  readonly loads: number
  readonly writes: number
}

/** Raises a number, and never lowers it. */
const raise = `if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end`
const keysAtATime = 30
/** For how long they are worked on. */
const turnMs = 1_000
const task = JSON.parse(process.argv[2] ?? '') as Task
const source = new Redis(task.sourceUrl)
const { tier, coherence, end } = open()
const cache = createCache({
  namespace: task.namespace,
  tiers: [memoryTier({ maxEntries: 1_000 }), tier],
  coherence,
  waitMs: 300,
})
const until = performance.now() + task.forMs
const stale: string[] = []
let [checked, memoryHits, loads, writes] = [0, 0, 0, 0]

await source.ping()
process.send?.('ready')
await new Promise((resolve) => process.once('message', resolve))
await Promise.all([
  ...Array.from({ length: 60 }, () => repeat(check)),
  ...Array.from({ length: 2 }, () => repeat(write)),
  ...Array.from({ length: 4 }, () => repeat(use)),
])
process.send?.({ checked, stale, memoryHits, loads, writes } satisfies Report)
await cache.close()
await end()
source.disconnect()
process.disconnect()

async function repeat(act: () => Promise<void>): Promise<void> {
  while (!isOver()) await act()
}

/** A busy machine gets as much time again to do its share. */
function isOver(): boolean {
  return performance.now() > (checked < task.leastChecked ? until + task.forMs : until)
}

/** The source as it was a while ago: by now no reader may get anything older. */
async function check(): Promise<void> {
  const key = randomKey()
  const least = Number(await source.get(`${task.namespace}:told:${key}`))
  await pause(task.boundMs)
  const value = await read(key)
  checked++
  if (value < least) stale.push(`${key}: ${value} instead of ${least} or later`)
}

async function use(): Promise<void> {
  await read(randomKey(Math.random() < 0.5 ? 0 : 1))
  await pause(1)
}

/** Changes the source, then deletes until the delete has been taken; from then on the change counts as told. */
async function write(): Promise<void> {
  const key = randomKey()
  const version = await source.incr(`${task.namespace}:source:${key}`)
  while (!(await isDeleted(key))) await pause(20)
  await source.eval(raise, 1, `${task.namespace}:told:${key}`, version)
  writes++
  await pause(Math.random() * 80)
}

async function isDeleted(key: string): Promise<boolean> {
  try {
    await (Math.random() < 0.5 ? cache.delete(key) : cache.invalidateTags([`tag-${key}`]))
    return true
  } catch {
    return false
  }
}

async function read(key: string): Promise<number> {
  if (cache.peek(key) !== undefined) memoryHits++
  const load = async () => {
    loads++
    const version = Number(await source.get(`${task.namespace}:source:${key}`))
    // Some outlast the loads that begin after the next change.
    await pause(Math.random() < 0.2 ? 150 : Math.random() * 20)
    return version
  }
  return cache.getOrSet(key, load, { ttlMs: 60_000, tags: [`tag-${key}`] })
}

/** One of those that all work on now. Soon they are left alone: what was kept wrongly then stays for the checks to find. */
function randomKey(turnsAgo = 0): string {
  return `key-${Math.floor(Date.now() / turnMs) - turnsAgo}-${Math.floor(Math.random() * keysAtATime)}`
}

function open(): { tier: SharedTier; coherence: Coherence; end: () => Promise<void> } {
  const watch = { heartbeatMs: 200, timeoutMs: 150, connectTimeoutMs: 500 }
  const limits = { timeoutMs: task.means === 'notify' ? 400 : 150, breakerMs: 100 }
  if (task.means === 'notify') {
    const pool = new pg.Pool({ connectionString: task.url, max: 10, query_timeout: 3_000 })
    pool.on('error', () => undefined)
    const connect = () => new pg.Client({ connectionString: task.url })
    return { tier: postgresTier(pool, limits), coherence: pgNotify(pool, { connect, ...watch }), end: () => pool.end() }
  }
  const redis = new Redis(task.url, { retryStrategy: () => 50, maxRetriesPerRequest: 1 })
  redis.on('error', () => undefined)
  const coherence = (task.means === 'tracking' ? redisTracking : redisPubSub)(redis, watch)
  return { tier: redisTier(redis, limits), coherence, end: async () => redis.disconnect() }
}
