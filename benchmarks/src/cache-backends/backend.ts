import type { Start } from '../runner.ts'
import { quantile } from '../statistics.ts'
import { openCache, type BackendName } from './open-cache.ts'

/** One back end and what is done with it. */
export interface BackendSetting {
  readonly backend: BackendName
  readonly url: string
  readonly action: 'read' | 'write'
  /** How many callers work at the same time. */
  readonly callers: number
  /** The length of a value, as JSON. */
  readonly bytes: number
}

const keyCount = 64

export const start: Start<BackendSetting> = async ({ backend, url, action, callers, bytes }) => {
  const { cache, end } = await openCache(backend, url)
  const value = { id: 42, text: 'x'.repeat(bytes - 20) }
  const key = (n: number) => `${bytes}:${n % keyCount}`
  for (let n = 0; n < keyCount; n++) await cache.set(key(n), value)
  let next = 0
  const work = async (): Promise<number> => {
    const startedAt = performance.now()
    if (action === 'write') await cache.set(key(next++), value)
    else if ((await cache.get<typeof value>(key(next++)))?.id !== value.id) throw new Error('A key is missing')
    return performance.now() - startedAt
  }
  return {
    async round(operations) {
      const times: number[] = []
      for (let done = 0; done < operations; done += callers)
        times.push(...(await Promise.all(Array.from({ length: callers }, work))))
      return { 'p50 µs': quantile(times, 0.5) * 1_000, 'p99 µs': quantile(times, 0.99) * 1_000 }
    },
    end: async () => void (await end()),
  }
}
