import { checkOptions, fn, integer } from '@seawall/options'
import { LogTable } from './log-table.ts'
import type { Decision, Rate, RateLimitStore } from './store.ts'

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /**
   * The greatest number of keys remembered for each rate, 1 to 10,000,000. When more are used within one window, the
   * least used of those idle longest are forgotten, but none that has reached its limit: where there are only such, they
   * are folded into 4,096 shared buckets, and a new key may have to wait for a stranger. So no flood of keys frees one that
   * is refused. A key takes some 400 bytes, and 8 more for every request that is counted beyond the first few.
   *
   * @default 100_000
   */
  readonly maxKeys?: number
  /**
   * The time in milliseconds on a clock that never goes back.
   *
   * @default performance.now
   */
  readonly now?: () => number
}

/** A store in the memory of this process. It decides synchronously. */
export interface MemoryStore extends RateLimitStore {
  /** The number of keys remembered now. */
  readonly size: number
  /** {@inheritDoc RateLimitStore.consume} */
  consume(key: string, rate: Rate): Decision
}

/**
 * Keeps the logs in the memory of this process: exact for one process, forgotten when it ends.
 *
 * @throws TypeError or RangeError for an option that is none or out of range.
 * @example
 * ```ts
 * import { memoryStore, rateLimit } from '@seawall/ratelimit'
 *
 * const limit = rateLimit({ key: 'ip', rate: '5/m', store: memoryStore() })
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkOptions('create a memory store', options, { maxKeys: integer({ min: 1, max: 10_000_000 }), now: fn() })
  const { maxKeys = 100_000, now = () => performance.now() } = options
  const tables = new Map<number, LogTable>()

  function tableOf(rate: Rate): LogTable {
    const id = rate.limit * 2 ** 32 + rate.windowMs
    const known = tables.get(id)
    if (known !== undefined) return known
    const table = new LogTable(rate, maxKeys)
    tables.set(id, table)
    return table
  }

  return {
    get size() {
      return [...tables.values()].reduce((sum, table) => sum + table.size, 0)
    },
    consume: (key, rate) => tableOf(rate).consume(key, now()),
  }
}
