import { startRedis } from '@seawall/services'
import { answersAtLeastTimes } from '../bars.ts'
import type { Benchmark, Race } from '../benchmark.ts'
import { guardedAlike } from '../check-looks.ts'
import type { FrameworkName } from '../servers/frameworks.ts'
import { bookstoreTrial } from '../stack/bookstore-trial.ts'
import { headlineTrial } from '../stack/headline-trial.ts'

/** What each framework's requests per second with everything may be, of those with nothing and of those of the peers. */
const wanted = [
  { framework: 'node:http', peers: 'helmet, express-rate-limit', memory: 0.8, redis: 0.78, times: 1.3 },
  { framework: 'Fastify', peers: '@fastify/helmet, @fastify/rate-limit', memory: 0.8, redis: 0.82, times: 2.2 },
  { framework: 'Hono', peers: 'secureHeaders, hono-rate-limiter', memory: 0.8, redis: 0.8, times: 2 },
  { framework: 'Koa', peers: 'koa-helmet, koa-ratelimit', memory: 0.72, redis: 0.74, times: 1.3 },
  { framework: 'Express', peers: 'helmet, express-rate-limit', memory: 0.85, redis: 0.88, times: 1.4 },
] as const

interface Wanted {
  readonly framework: FrameworkName
  readonly peers: string
  readonly memory: number
  readonly redis: number
  readonly times: number
}

const inMemory = "Seawall's guards, limits in memory"
const inRedis = "Seawall's guards, limits in Redis with leases"

/** Headers with a policy, hosts, cross-origin protection and a limit by address, all at once. */
export const stackBenchmark: Benchmark = {
  name: 'stack',
  about: 'what all guards together leave of a server, beside what users of each framework install',
  races: wanted.map(race),
  // V8 goes on compiling for more than 100,000 requests, the longer the more there is to run
  // short turns: what slows the machine for a while then slows both sides of a ratio
  effort: { launches: 3, rounds: 30, requests: 4_000, warmUp: 120_000 },
  trials: [bookstoreTrial, headlineTrial],
  prepare: async () => {
    const redis = await startRedis()
    process.env['SEAWALL_BENCHMARK_REDIS'] = redis.url
    return () => redis.stop()
  },
}

function race({ framework, peers, memory, redis, times }: Wanted): Race {
  return {
    framework,
    transport: 'over loopback',
    contenders: [
      { name: 'bare', protection: 'none' },
      { name: peers, protection: "the peers' stack" },
      { name: inMemory, protection: inMemory },
      { name: inRedis, protection: inRedis },
    ],
    check: guardedAlike,
    bars: [
      answersAtLeastTimes(inMemory, 'bare', memory),
      answersAtLeastTimes(inRedis, 'bare', redis),
      answersAtLeastTimes(inMemory, peers, times),
    ],
  }
}
