import { cpuNsSince } from '../cpu-time.ts'
import { behindAll, storeAt } from '../protections.ts'
import { serve } from '../servers/node.ts'

/*
 * One process of a cluster: node:http, bare or behind all guards, with a limit that all processes count in Redis.
 */

/** What a worker is told. */
export interface WorkerSetting {
  /** Unless given, nothing stands before the route. */
  readonly limit?: {
    readonly redisUrl: string
    readonly limit: number
    readonly windowMs: number
    readonly lease: number
  }
}

const { limit } = JSON.parse(process.env['SEAWALL_BENCHMARK_WORKER'] ?? '{}') as WorkerSetting
const startedAt = process.cpuUsage()
process.on('message', () => void process.send?.(cpuNsSince(startedAt)))

const server = await serve(limit === undefined ? {} : await guarded(limit))
server.listen(0, '127.0.0.1')

async function guarded({ redisUrl, limit: most, windowMs, lease }: NonNullable<WorkerSetting['limit']>) {
  const store = await storeAt(redisUrl, { lease, deadlineMs: 1_000 })
  // never more than the limit: what cannot be counted is refused
  return behindAll(store, { rate: { limit: most, windowMs }, algorithm: 'fixed', onError: 'deny' })
}
