import { availableParallelism } from 'node:os'
import { startRedis } from '@seawall/services'
import { AskedProcess } from '../asked-process.ts'
import type { Trial } from '../benchmark.ts'
import { holdBars, type Bar } from '../hold-bars.ts'
import type { ClusterAnswers } from './cluster-process.ts'
import type { WorkerSetting } from './cluster-worker.ts'
import type { HeadlineAnswers, Tally } from './headline-load-process.ts'

/** What a cluster did with all cores in use. */
export interface HeadlineRow extends Tally {
  readonly contender: string
  readonly processes: number
  /** CPU time of all processes of the cluster, without the client's. */
  readonly cpuNs: number
  /** What the shared limit was; 0 for none. */
  readonly limit: number
}

interface Effort {
  readonly warmUp: number
  /** How many are admitted, those of the warm-up among them. */
  readonly limit: number
}

const full: Effort = { warmUp: 60_000, limit: 460_000 }
const quick: Effort = { warmUp: 5_000, limit: 30_000 }
/** Beyond the limit, so that it is seen to hold. */
const excess = 1.1
const lease = 1_000
const guarded = "Seawall's guards, a shared limit in Redis"

/** One process for each core, the load beside them on the same cores; every response with all headers, and counted. */
export const headlineTrial: Trial = {
  async run(isQuick) {
    const effort = isQuick ? quick : full
    const redis = await startRedis()
    try {
      const limit = { redisUrl: redis.url, limit: effort.limit, windowMs: 600_000, lease }
      const rows = [await measure('bare', effort, {}), await measure(guarded, effort, { limit })]
      return {
        title: `all cores: ${availableParallelism()} processes of node:http, the load beside them`,
        lines: toLines(rows),
        rows,
        bars: holdBars(bars, rows),
      }
    } finally {
      await redis.stop()
    }
  },
}

const bars: readonly Bar<HeadlineRow>[] = [
  { text: 'requests per second, secured', limit: 50_000, is: 'at least', measure: (rows) => row(rows).perSecond },
  {
    text: 'admitted beyond the shared limit',
    limit: 0,
    measure: (rows) => Math.max(0, row(rows).admitted - row(rows).limit),
  },
  { text: 'sampled responses that lack a header', limit: 0, measure: (rows) => row(rows).incomplete },
]

function row(rows: ReadonlyMap<string, HeadlineRow>): HeadlineRow {
  return rows.get(guarded) as HeadlineRow
}

async function measure(contender: string, { warmUp, limit }: Effort, setting: WorkerSetting): Promise<HeadlineRow> {
  const processes = availableParallelism()
  const primary = new AskedProcess<ClusterAnswers>(new URL('cluster-process.ts', import.meta.url))
  // a client fills about the core that two servers leave it
  const clients = Array.from(
    { length: Math.max(1, Math.floor(processes / 2)) },
    () => new AskedProcess<HeadlineAnswers>(new URL('headline-load-process.ts', import.meta.url)),
  )
  const load = (port: number, count: number): Promise<Tally[]> =>
    Promise.all(clients.map((client) => client.ask('load', { port, count: Math.ceil(count / clients.length) })))
  try {
    const port = await primary.ask('open', { workers: processes, setting })
    const warm = sum(await load(port, warmUp))
    const before = await primary.ask('cpuNs', undefined)
    const tally = sum(await load(port, (limit - warmUp) * excess))
    const cpuNs = ((await primary.ask('cpuNs', undefined)) - before) / (tally.admitted + tally.refused)
    return {
      ...tally,
      admitted: warm.admitted + tally.admitted,
      contender,
      processes,
      cpuNs,
      limit: setting.limit?.limit ?? 0,
    }
  } finally {
    await Promise.all([primary, ...clients].map((process) => process.end()))
  }
}

function sum(tallies: readonly Tally[]): Tally {
  const of = (figure: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + figure(tally), 0)
  return {
    admitted: of(({ admitted }) => admitted),
    refused: of(({ refused }) => refused),
    perSecond: of(({ perSecond }) => perSecond),
    p99Ms: Math.max(...tallies.map(({ p99Ms }) => p99Ms)),
    sampled: of(({ sampled }) => sampled),
    incomplete: of(({ incomplete }) => incomplete),
  }
}

function toLines(rows: readonly HeadlineRow[]): string[][] {
  return [
    ['', 'requests/s', 'p99 ms', 'CPU µs/request', 'limit', 'admitted', 'refused', 'sampled', 'incomplete'],
    ...rows.map((row) => [
      row.contender,
      row.perSecond.toFixed(0),
      row.p99Ms.toFixed(2),
      (row.cpuNs / 1000).toFixed(2),
      row.limit === 0 ? 'none' : String(row.limit),
      String(row.admitted),
      String(row.refused),
      ...(row.limit === 0 ? ['', ''] : [String(row.sampled), String(row.incomplete)]),
    ]),
  ]
}
