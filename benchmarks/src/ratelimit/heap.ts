import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { memoryStore, type Algorithm } from '@seawall/ratelimit'
import type { Start } from '../runner.ts'

/** 100,000 keys of 5 in a minute, each made as a limit makes it. */
export interface HeapSetting {
  readonly algorithm: Algorithm
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function usedBytes(): number {
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export const start: Start<HeapSetting> = async ({ algorithm }) => {
  const quota = { algorithm, limit: 5, windowMs: 3_600_000, burst: 5, blockMs: 0 }
  const name = 'login-ip'
  return {
    async round(operations) {
      const before = usedBytes()
      const store = memoryStore()
      for (let n = 0; n < operations; n++) {
        const address = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`
        for (let request = 0; request < 5; request++) store.consume(`${name}:key:${address}`, quota, 1)
      }
      const bytes = usedBytes() - before
      return { 'bytes a key': bytes / store.size }
    },
  }
}
