import { startMemcached, startPostgres, startRedis, type Service } from '@seawall/services'
import type { BackendSetting } from '../cache-backends/backend.ts'
import type { BackendName } from '../cache-backends/open-cache.ts'
import { tryProperties } from '../cache-backends/properties.ts'
import { toMarkdown, type Column } from '../cache-backends/to-markdown.ts'
import type { Contest, ContestBenchmark, MeasuredContest } from '../contest.ts'

type Work = Pick<BackendSetting, 'action' | 'callers' | 'bytes'>

/** A back end as it was started. */
interface Started {
  readonly name: string
  readonly backend: BackendName
  readonly service: Service | undefined
}

const module = new URL('../cache-backends/backend.ts', import.meta.url)

const works: readonly (Work & { readonly operations: number })[] = [
  { action: 'read', callers: 1, bytes: 1_000, operations: 2_000 },
  { action: 'read', callers: 64, bytes: 1_000, operations: 6_400 },
  { action: 'write', callers: 1, bytes: 1_000, operations: 500 },
  { action: 'write', callers: 64, bytes: 1_000, operations: 1_920 },
  { action: 'read', callers: 1, bytes: 100_000, operations: 500 },
  { action: 'write', callers: 1, bytes: 100_000, operations: 200 },
]

/** One cache over each of the back ends alone: its times, and what it does with values, processes and restarts. */
export const cacheBackendsBenchmark: ContestBenchmark = {
  name: 'cache-backends',
  about: 'how fast a cache is over memory, PostgreSQL, Redis and Memcached, each alone, what lasts, and what is shared',
  async open(quick) {
    const backends = await startBackends()
    return {
      contests: works.map((work) => contest(quick, backends, work)),
      summarize: (results) => summarize(backends, results),
      close: async () => void (await Promise.all(backends.map(async ({ service }) => service?.stop()))),
    }
  },
}

async function startBackends(): Promise<readonly Started[]> {
  const lasting = { appendonly: 'yes', appendfsync: 'always' }
  const [postgres, redis, redisAof, memcached] = await Promise.all([
    startPostgres(),
    startRedis(),
    startRedis({ settings: lasting }),
    startMemcached({ maxMegabytes: 256 }),
  ])
  return [
    { name: 'memory', backend: 'memory', service: undefined },
    { name: 'PostgreSQL', backend: 'postgres', service: postgres },
    { name: 'Redis', backend: 'redis', service: redis },
    { name: 'Redis, AOF', backend: 'redis', service: redisAof },
    { name: 'Memcached', backend: 'memcached', service: memcached },
  ]
}

async function summarize(backends: readonly Started[], results: readonly MeasuredContest[]): Promise<string> {
  const columns: Column[] = []
  for (const { name, ...running } of backends) columns.push({ name, properties: await tryProperties(running) })
  return toMarkdown(columns, results)
}

function contest(
  quick: boolean,
  backends: readonly Started[],
  { operations, ...work }: (typeof works)[number],
): Contest {
  const { action, callers, bytes } = work
  return {
    title: `A ${action} of ${bytes / 1_000} kB, ${callers === 1 ? 'one caller' : `${callers} callers at once`}`,
    contenders: backends.map(({ name, backend, service }) => ({
      name,
      module,
      setting: { backend, url: service?.url ?? '', ...work } satisfies BackendSetting,
    })),
    ...(quick ? { launches: 1, rounds: 2 } : { launches: 3, rounds: 8 }),
    operations: quick ? Math.max(callers, operations / 10) : operations,
    warmUp: quick ? 0 : operations,
    bars: [],
  }
}
