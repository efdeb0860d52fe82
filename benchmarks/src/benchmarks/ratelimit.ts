import { startRedis } from '@seawall/services'
import type { Contest, ContestBenchmark } from '../contest.ts'
import type { Effort } from '../ratelimit/effort.ts'
import { heap, ipKey, memory, middleware } from '../ratelimit/memory-contests.ts'
import { accuracy, denied, hang, leases, oneLimit, twoLimits, type Server } from '../ratelimit/redis-contests.ts'

/** How much is measured; of what is compiled for long, more than a tenth is needed in a quick run. */
type Efforts = (operations: number, quickOperations?: number) => Effort

/** What limits cost in memory and in Redis, how exact they are, and what they do when Redis stops. */
export const ratelimitBenchmark: ContestBenchmark = {
  name: 'ratelimit',
  about: 'what does a rate limit cost beside its peers and beside the least that counts, and does it hold?',
  async open(quick) {
    const redis = await startRedis()
    const { url, pid } = redis
    if (pid === undefined) throw new Error('Cannot stop a Redis that is not running')
    const effort: Efforts = (operations, quickOperations = operations / 10) =>
      quick
        ? { launches: 1, rounds: 2, operations: quickOperations, warmUp: quickOperations }
        : { launches: 3, rounds: 8, operations, warmUp: operations }
    return { contests: contestsOn({ url, pid }, effort, quick), close: () => redis.stop() }
  },
}

function contestsOn(server: Server, effort: Efforts, quick: boolean): readonly Contest[] {
  const { url, pid } = server
  return [
    ...[64, 512].map((concurrency) => oneLimit(url, concurrency, effort(40_000))),
    twoLimits(url, effort(40_000)),
    memory(quick),
    denied(url, effort(2_000_000)),
    middleware(effort(50_000, 40_000)),
    ipKey(effort(500_000, 200_000)),
    heap(quick),
    leases(url, effort(400_000, 100_000)),
    accuracy(url, quick),
    hang({ url, pid }, quick),
  ]
}
