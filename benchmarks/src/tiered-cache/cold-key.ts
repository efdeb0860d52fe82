import { setTimeout as pause } from 'node:timers/promises'
import type { Start } from '../runner.ts'
import { createBenched, type CacheSetting } from './caches.ts'

/** Ten thousand callers of one key that no tier has. */
export interface ColdKeySetting {
  readonly contender: CacheSetting['library'] | 'promise map'
}

const callers = 10_000
const loadMs = 50

export const start: Start<ColdKeySetting> = async ({ contender }) => {
  const getOrSet = contender === 'promise map' ? promiseMap() : await getOrSetOf(contender)
  let key = 0
  return {
    async round(operations) {
      let loads = 0
      let slowestMs = 0
      let heapBytes = 0
      for (let n = 0; n < operations; n++) {
        let loadedAt = 0
        const load = async () => {
          loads++
          await pause(loadMs)
          loadedAt = performance.now()
          return { key }
        }
        const before = process.memoryUsage().heapUsed
        const name = `cold:${key++}`
        const answers = Array.from({ length: callers }, () => getOrSet(name, load))
        heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed - before)
        await Promise.all(answers)
        slowestMs = Math.max(slowestMs, performance.now() - loadedAt)
      }
      return { 'loads a key': loads / operations, 'ms after load': slowestMs, 'heap MB': heapBytes / 2 ** 20 }
    },
  }
}

async function getOrSetOf(library: CacheSetting['library']) {
  const cache = await createBenched({ library, ttlMs: 3_600_000, staleMs: 0 })
  return <T>(key: string, load: () => Promise<T>) => cache.getOrSet(key, load)
}

/** The least that sharing a load can be. */
function promiseMap() {
  const promises = new Map<string, Promise<unknown>>()
  return (key: string, load: () => Promise<unknown>) => {
    const current = promises.get(key) ?? load()
    promises.set(key, current)
    return current
  }
}
