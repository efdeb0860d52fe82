import { startMemcached, startPostgres, startRedis } from '@seawall/services'
import type { BackendSetting } from '../cache-backends/backend.ts'
import type { Contest, ContestBenchmark } from '../contest.ts'

type Urls = Readonly<Record<BackendSetting['backend'], string>>
type Work = Pick<BackendSetting, 'action' | 'callers' | 'bytes'>

const module = new URL('../cache-backends/backend.ts', import.meta.url)
const backends = ['memory', 'redis', 'memcached', 'postgres'] as const

const works: readonly (Work & { readonly operations: number })[] = [
  { action: 'read', callers: 1, bytes: 1_000, operations: 2_000 },
  { action: 'read', callers: 64, bytes: 1_000, operations: 6_400 },
  { action: 'write', callers: 1, bytes: 1_000, operations: 500 },
  { action: 'write', callers: 64, bytes: 1_000, operations: 1_920 },
  { action: 'read', callers: 1, bytes: 100_000, operations: 500 },
  { action: 'write', callers: 1, bytes: 100_000, operations: 200 },
]

/** One cache over each of the back ends alone. */
export const cacheBackendsBenchmark: ContestBenchmark = {
  name: 'cache-backends',
  about: 'what reads and writes cost over memory, Redis, Memcached and PostgreSQL, each alone under one cache',
  async open(quick) {
    const servers = await Promise.all([startRedis(), startMemcached({ maxMegabytes: 256 }), startPostgres()])
    const [redis, memcached, postgres] = servers.map(({ url }) => url) as [string, string, string]
    return {
      contests: works.map((work) => contest(quick, { memory: '', redis, memcached, postgres }, work)),
      close: async () => void (await Promise.all(servers.map((server) => server.stop()))),
    }
  },
}

function contest(quick: boolean, urls: Urls, { operations, ...work }: (typeof works)[number]): Contest {
  const { action, callers, bytes } = work
  return {
    title: `A ${action} of ${bytes / 1_000} kB, ${callers === 1 ? 'one caller' : `${callers} callers at once`}`,
    contenders: backends.map((backend) => ({
      name: backend,
      module,
      setting: { backend, url: urls[backend], ...work },
    })),
    ...(quick ? { launches: 1, rounds: 2 } : { launches: 3, rounds: 8 }),
    operations: quick ? Math.max(callers, operations / 10) : operations,
    warmUp: quick ? 0 : operations,
    bars: [],
  }
}
