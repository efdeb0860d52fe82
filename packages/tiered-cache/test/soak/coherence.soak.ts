import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { startPostgres, startRedis, type Service } from '@seawall/services'
import { Redis } from 'ioredis'
import { expect, inject, test } from 'vitest'
import { postgresTier } from '../../src/postgres.ts'
import { poolOn } from '../pool-on.ts'
import type { Report, Task } from './coherence.worker.ts'

/** Heartbeat and timeout are 350 ms; the rest is for machines that are busy with nine processes. */
const boundMs = 1_000
const forMs = 15_000
const leastChecked = 2_000

// PostgreSQL makes a process for each connection: killed more often, nobody would ever listen on a busy machine.
test.for<[Task['means'], () => Promise<Service>, killEveryMs: number]>([
  ['pub/sub', startRedis, 300],
  ['tracking', startRedis, 300],
  ['notify', startPostgres, 600],
])(
  'with %s no process reads what is stale for longer than the bound, whatever happens to the server',
  async ([means, start, killEveryMs]) => {
    const service = await start()
    const kill = await killerOf(means, service)
    const task = {
      means,
      url: service.url,
      sourceUrl: inject('redisUrl'),
      namespace: `soak-${randomUUID()}`,
      boundMs,
      forMs,
      leastChecked: leastChecked / 4,
    }
    const workers = Array.from({ length: 4 }, () => startWorker(task))
    const work = new AbortController()
    try {
      await Promise.all(workers.map((worker) => once(worker, 'message')))
      const reports = workers.map((worker) => once(worker, 'message').then(([report]) => report as Report))
      const ends = workers.map((worker) => once(worker, 'exit'))
      for (const worker of workers) worker.send('go')
      const chaos = disturb(service, kill.act, killEveryMs, work.signal)
      const seen = await Promise.all(reports)
      work.abort()
      const { kills, pauses } = await chaos
      await kill.end()
      expect(seen.flatMap(({ stale }) => stale)).toEqual([])
      expect(sum(seen, 'checked')).toBeGreaterThanOrEqual(leastChecked)
      expect(sum(seen, 'memoryHits')).toBeGreaterThan(50)
      expect(sum(seen, 'writes')).toBeGreaterThan(100)
      expect(sum(seen, 'loads')).toBeGreaterThan(300)
      expect(kills).toBeGreaterThan(forMs / killEveryMs / 4)
      expect(pauses).toBeGreaterThan(1)
      expect((await Promise.all(ends)).map(([code]) => code as unknown)).toEqual([0, 0, 0, 0])
    } finally {
      work.abort()
      for (const worker of workers) worker.kill('SIGKILL')
      await service.resume()
      await service.stop()
    }
  },
)

function startWorker(task: Task): ChildProcess {
  const execArgv = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  return fork(new URL('coherence.worker.ts', import.meta.url), [JSON.stringify(task)], { execArgv })
}

/**
 * Kills one of those who listen, any of them, now and then, and freezes the server for a moment after every seventh time.
 * Not all of them: whoever was cut off begins anew, and would not show what it was not told.
 */
async function disturb(
  service: Service,
  killListener: () => Promise<number>,
  everyMs: number,
  work: AbortSignal,
): Promise<{ kills: number; pauses: number }> {
  let [kills, pauses] = [0, 0]
  for (let round = 1; !work.aborted; round++) {
    await pause(everyMs)
    kills += await killListener().catch(() => 0)
    if (round % 7 !== 0) continue
    pauses++
    await service.pause()
    await pause(500)
    await service.resume()
  }
  return { kills, pauses }
}

async function killerOf(
  means: Task['means'],
  { url }: Service,
): Promise<{ act: () => Promise<number>; end: () => Promise<unknown> }> {
  if (means !== 'notify') {
    const redis = new Redis(url)
    const act = async () => {
      const ids = String(await redis.client('LIST', 'TYPE', 'PUBSUB')).match(/(?<=^id=)\d+/gm) ?? []
      return Number(await redis.client('KILL', 'ID', Number(ids[Math.floor(Math.random() * ids.length)])))
    }
    return { act, end: async () => redis.disconnect() }
  }
  const pool = poolOn(url, { max: 1 })
  await postgresTier(pool).createTable()
  const listening = "query LIKE 'LISTEN%' OR query = 'SELECT 1'"
  const one = `SELECT pid FROM pg_stat_activity WHERE ${listening} ORDER BY random() LIMIT 1`
  const act = async () => (await pool.query(`SELECT pg_terminate_backend(pid) FROM (${one}) AS one`)).rows.length
  return { act, end: () => pool.end() }
}

function sum(reports: readonly Report[], what: 'checked' | 'memoryHits' | 'loads' | 'writes'): number {
  return reports.reduce((total, report) => total + report[what], 0)
}
