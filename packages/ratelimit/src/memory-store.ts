import { checkOptions, fn, integer } from '@seawall/options'
import { checkBlockLength } from './block-length.ts'
import { KeyTable } from './key-table.ts'
import { quotaName } from './quota-name.ts'
import type { Claim, Quota, RateLimitStore, Verdict } from './store.ts'

/** From how many quotas on those that hold nothing are forgotten. */
const manyQuotas = 64

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /**
   * The greatest number of keys remembered for each quota, 1 to 10,000,000. A key is never forgotten before its time: when
   * all are in use, further keys share 4,096 counters by a hash, where each may have to wait for a stranger. So no flood
   * of keys frees anyone. A key takes some 150 bytes; one of which a rolling log counts more than eight requests, up to 8
   * more for every request of its limit.
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
  consume(key: string, quota: Quota, cost: number): Verdict
  /** {@inheritDoc RateLimitStore.decide} */
  decide(claims: readonly Claim[]): readonly Verdict[]
  /** {@inheritDoc RateLimitStore.peek} */
  peek(key: string, quota: Quota): Verdict
  /** {@inheritDoc RateLimitStore.adjust} */
  adjust(key: string, quota: Quota, cost: number, stamp?: number): Verdict
  /** {@inheritDoc RateLimitStore.block} */
  block(key: string, quota: Quota, ms: number): void
  /** {@inheritDoc RateLimitStore.reset} */
  reset(key: string, quota: Quota): void
}

/**
 * Keeps the counters in the memory of this process: right for one process, forgotten when it ends.
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
  return new TableStore(maxKeys, now)
}

class TableStore implements MemoryStore {
  readonly #maxKeys: number
  readonly #clock: () => number
  /** The tables by what names a counter. */
  readonly #tables = new Map<string, KeyTable>()
  /** The tables by quota object, and the last of them. */
  #known = new WeakMap<Quota, KeyTable>()
  #lastQuota: Quota | undefined
  #lastTable: KeyTable | undefined

  constructor(maxKeys: number, clock: () => number) {
    this.#maxKeys = maxKeys
    this.#clock = clock
  }

  get size(): number {
    let size = 0
    for (const table of this.#tables.values()) size += table.size
    return size
  }

  consume(key: string, quota: Quota, cost: number): Verdict {
    return this.#table(quota).consume(key, cost, quota.blockMs, this.#now())
  }

  decide(claims: readonly Claim[]): readonly Verdict[] {
    const now = this.#now()
    const waits = claims.map(({ key, quota, cost }) => this.#table(quota).waitUs(key, cost, now))
    if (waits.every((wait) => wait === 0))
      return claims.map(({ key, quota, cost }) => this.#table(quota).admit(key, cost))
    return claims.map(({ key, quota, cost }, index) => {
      const wait = waits[index] ?? 0
      return wait > 0 ? this.#table(quota).refuse(key, wait, quota.blockMs) : this.#table(quota).peek(key, cost, now)
    })
  }

  peek(key: string, quota: Quota): Verdict {
    return this.#table(quota).peek(key, 1, this.#now())
  }

  adjust(key: string, quota: Quota, cost: number, stamp?: number): Verdict {
    return this.#table(quota).adjust(key, cost, this.#now(), stamp)
  }

  block(key: string, quota: Quota, ms: number): void {
    checkBlockLength(ms)
    this.#table(quota).block(key, ms, this.#now())
  }

  reset(key: string, quota: Quota): void {
    this.#table(quota).reset(key)
  }

  #now(): number {
    return Math.floor(this.#clock() * 1_000)
  }

  #table(quota: Quota): KeyTable {
    if (quota === this.#lastQuota && this.#lastTable !== undefined) return this.#lastTable
    const table = this.#known.get(quota) ?? this.#tableByName(quota)
    this.#known.set(quota, table)
    this.#lastQuota = quota
    this.#lastTable = table
    return table
  }

  #tableByName(quota: Quota): KeyTable {
    const name = quotaName(quota)
    const known = this.#tables.get(name)
    if (known !== undefined) return known
    if (this.#tables.size >= manyQuotas) this.#forgetIdle()
    const table = new KeyTable(quota, this.#maxKeys)
    this.#tables.set(name, table)
    return table
  }

  #forgetIdle(): void {
    const now = this.#now()
    for (const [name, table] of this.#tables) if (table.isIdle(now)) this.#tables.delete(name)
    this.#known = new WeakMap()
    this.#lastQuota = undefined
  }
}
