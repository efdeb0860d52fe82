import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createPool } from '@seawall/pooled-db'
import type { Start } from '../runner.ts'

/** Callers come while as many wait as may. */
export interface RefusalSetting {
  readonly url: string
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

export const start: Start<RefusalSetting> = async ({ url }) => {
  const pool = createPool({ connectionString: url, max: 1, maxWaiting: 100, acquireTimeoutMs: 600_000 })
  const borrowed = await pool.connect()
  const waiting = Array.from({ length: 100 }, () => pool.query('select 1'))
  let kept = settledHeap()
  return {
    async round(operations) {
      const before = kept
      const startedAt = performance.now()
      for (let n = 0; n < operations; n++) {
        const isRefused = await pool.query('select 1').then(
          () => false,
          () => true,
        )
        if (!isRefused) throw new Error('A caller was let in beyond the limit')
      }
      const tookMs = performance.now() - startedAt
      kept = settledHeap()
      const grownBytes = kept - before
      return { 'µs a refusal': (tookMs * 1000) / operations, 'heap bytes left by each': grownBytes / operations }
    },
    async end() {
      borrowed.release()
      await Promise.all(waiting)
      await pool.close()
    },
  }
}

/** What is left after everything that can go has gone; one collection leaves what the next one finds. */
function settledHeap(): number {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}
