import { boolean, checkOptions } from '@seawall/options'
import { algorithmRule, blockRule, nameRule, onErrorRule, rateRule } from './check-limit-options.ts'
import { claimName } from './claim-name.ts'
import { Decider } from './decider.ts'
import { toBounded } from './identity.ts'
import type { FailurePolicy } from './limit-options.ts'
import { keyedLimiter, type Counter, type Limiter, type LimiterKey } from './limiter.ts'
import { memoryStore } from './memory-store.ts'
import { processesRule, storeRule } from './options.ts'
import { planOf } from './plan.ts'
import type { Rate } from './rate.ts'
import type { Algorithm, RateLimitStore } from './store.ts'

/** One limit of `createLimiter`. */
export interface LimiterLimit {
  /** What keys in the store and reports call it: 1 to 64 letters, digits and `.`, `_`, `/`, `-`. Unique on a store. */
  readonly name: string
  /** How much in which time, as for `rateLimit`: `'100/h'`, `{ limit: 100, windowMs: 3_600_000 }`; `null` is no limit. */
  readonly rate: string | Rate | null
  /**
   * How it is counted.
   *
   * @default `'exact'` up to 100, `'gcra'` above and for a rate with a burst
   */
  readonly algorithm?: Algorithm
  /**
   * For how long a key that is refused stays refused, in milliseconds, 0 to 2,592,000,000 (30 days).
   *
   * @default 0 - until there is room again
   */
  readonly blockMs?: number
  /**
   * Decides and reports, but refuses nobody.
   *
   * @default false
   */
  readonly shadow?: boolean
  /**
   * What becomes of a claim when the store cannot answer: counted in this process's memory, admitted uncounted, or refused.
   *
   * @default 'fallback'
   */
  readonly onError?: FailurePolicy
}

/** How a limiter counts. */
export interface LimiterSettings {
  /**
   * Where the counting happens.
   *
   * @default memoryStore(): this process counts alone
   */
  readonly store?: RateLimitStore
  /**
   * How many processes share the store, 1 to 10,000. While it cannot answer, each admits its share.
   *
   * @default 1
   */
  readonly processes?: number
}

const action = 'create a limiter'

/**
 * Makes a limiter for what is no request: messages to send, jobs to start. Several limits count the same key together: what
 * one refuses is counted by none.
 *
 * @throws TypeError or RangeError for an option that is none or out of range, and for a name taken on the same store.
 * @example
 * ```ts
 * import { createLimiter } from '@seawall/ratelimit'
 *
 * const mails = createLimiter([
 *   { name: 'mails-burst', rate: '2/s' },
 *   { name: 'mails-daily', rate: '100/d' },
 * ])
 * const { allowed, retryAfterMs } = await mails.consume('ann@shop.example')
 * ```
 */
export function createLimiter(limits: LimiterLimit | readonly LimiterLimit[], settings: LimiterSettings = {}): Limiter {
  checkOptions<LimiterSettings>(action, settings, { store: storeRule, processes: processesRule })
  const { store = memoryStore(), processes = 1 } = settings
  const all: readonly LimiterLimit[] = [limits].flat()
  if (all.length === 0) throw new TypeError(`Cannot ${action} as there must be at least one limit: current value is []`)
  const counters = all.flatMap((limit) => counterOf(limit, store, processes))
  return keyedLimiter(counters, new Decider(store), store)
}

function counterOf(options: LimiterLimit, store: RateLimitStore, processes: number): Counter | [] {
  checkOptions<LimiterLimit>(
    action,
    options,
    {
      name: nameRule,
      rate: rateRule,
      algorithm: algorithmRule,
      blockMs: blockRule,
      shadow: boolean,
      onError: onErrorRule,
    },
    ['name', 'rate'],
  )
  const { name, rate, algorithm, blockMs = 0, shadow = false, onError = 'fallback' } = options
  claimName(name, store)
  if (rate === null) return []
  const plan = planOf(rate, { name, algorithm, blockMs, processes, store }, `Cannot ${action} as 'rate' must be`)
  return { limit: { name, onError, shadow, exposed: true }, plan, toKey: (value) => `${name}:key:${toKey(value)}` }
}

function toKey(value: LimiterKey): string {
  const key = typeof value === 'string' ? toBounded(value) : undefined
  if (key !== undefined) return key
  throw new TypeError(
    `Cannot count as 'key' must be a string that is not empty: current value is ${JSON.stringify(value)}`,
  )
}
