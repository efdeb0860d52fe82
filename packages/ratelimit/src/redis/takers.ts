import { quotaName } from '../quota-name.ts'
import type { Quota } from '../store.ts'
import type { TakeBack } from './lane.ts'
import type { LeasedKey } from './leased-key.ts'
import type { ScriptRunner } from './script-runner.ts'
import { Taker, type QuotaTakers } from './taker.ts'

/** How long a lease lasts at the most, and which part of a window; a shorter one is not worth its call. */
export const longestMs = 1_000
const part = 10
const shortestMs = 20

/** Keys and what was taken for them. */
export type LeasedKeys = Map<string, LeasedKey>

/** What takes of one quota, and what was taken. */
export interface KeyedTakers extends QuotaTakers {
  /** What was taken, by the key that it is for. Quotas that share counters share these. */
  readonly keys: LeasedKeys
}

/** What takes of each quota. */
export class Takers {
  readonly #size: number
  readonly #runner: ScriptRunner
  readonly #takeBack: TakeBack
  /** `null` of one that is not worth a lease. */
  readonly #known = new WeakMap<Quota, KeyedTakers | null>()
  /** By the names of quotas, for as long as there is a quota of the name or something taken. */
  readonly #keys = new Map<string, WeakRef<LeasedKeys>>()
  readonly #dropped = new FinalizationRegistry<string>((name) => {
    if (this.#keys.get(name)?.deref() === undefined) this.#keys.delete(name)
  })

  /** @param size - How many are taken at once at the most. */
  constructor(size: number, runner: ScriptRunner, takeBack: TakeBack) {
    this.#size = size
    this.#runner = runner
    this.#takeBack = takeBack
  }

  /** What takes of a quota, if that is worth a lease. */
  of(quota: Quota): KeyedTakers | null {
    const known = this.#known.get(quota)
    if (known !== undefined) return known
    const takers = this.#create(quota)
    this.#known.set(quota, takers)
    return takers
  }

  #create(quota: Quota): KeyedTakers | null {
    const { limit, burst, windowMs, blockMs } = quota
    // Never more than a tenth of the limit, or few processes would leave nothing for others.
    const most = Math.floor(Math.min(this.#size, limit / part, burst / part))
    if (most <= 1 || windowMs < part * shortestMs) return null
    const measure = { quota, most, holdMs: Math.min(longestMs, windowMs / part) }
    const now = new Taker(this.#runner, measure, this.#takeBack)
    const keys = this.#keysOf(quotaName(quota))
    if (blockMs === 0) return { quota, now, ahead: now, keys }
    const unblocking = { ...measure, quota: { ...quota, blockMs: 0 } }
    return { quota, now, ahead: new Taker(this.#runner, unblocking, this.#takeBack), keys }
  }

  #keysOf(name: string): LeasedKeys {
    const known = this.#keys.get(name)?.deref()
    if (known !== undefined) return known
    const keys: LeasedKeys = new Map()
    this.#keys.set(name, new WeakRef(keys))
    this.#dropped.register(keys, name)
    return keys
  }
}
