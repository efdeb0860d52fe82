import { Redis } from 'ioredis'
import { AskedProcess } from '../asked-process.ts'
import type { CacheSetting } from './caches.ts'
import type { FleetAnswers } from './fleet-process.ts'

/** How a fleet is set up. */
export type FleetSetting = CacheSetting & {
  readonly url: string
  readonly processes: number
  readonly loadMs: number
}

/** Several processes with the same cache over the same Redis. */
export interface Fleet {
  readonly processes: readonly AskedProcess<FleetAnswers>[]
  /** How many loads of a key there were in all processes. */
  loadsOf(key: string): Promise<number>
  end(): Promise<void>
}

/** Starts a fleet, and waits until all of it is ready. */
export async function startFleet({ processes: count, ...setting }: FleetSetting): Promise<Fleet> {
  const file = new URL('fleet-process.ts', import.meta.url)
  const processes = Array.from({ length: count }, () => new AskedProcess<FleetAnswers>(file))
  await Promise.all(processes.map((one) => one.ask('open', setting)))
  const redis = new Redis(setting.url)
  return {
    processes,
    loadsOf: async (key) => Number(await redis.get(`loads:${key}`)),
    end: async () => {
      redis.disconnect()
      await Promise.all(processes.map((one) => one.end()))
    },
  }
}
