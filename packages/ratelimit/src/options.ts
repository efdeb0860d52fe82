import { boolean, either, fn, instanceOrShape, integer, oneOf, type Rules } from '@seawall/options'
import type { Decision } from './decision.ts'
import type { LimitOptions } from './limit-options.ts'
import type { RateLimitStore } from './store.ts'

/** Which fields tell clients about limits. */
export type HeaderStyle = 'draft' | 'legacy' | 'both' | false

/** A body that an application gives for a refusal. */
export interface RefusalBody {
  /** The content type. */
  readonly type: string
  /** The body. */
  readonly body: string | Uint8Array
}

/** How the limits of one guard count and answer. */
export interface RateLimitSettings {
  /**
   * Where the counting happens: `memoryStore()`, `redisStore(redis)`, or one of your own.
   *
   * @default memoryStore(): this process counts alone
   */
  readonly store?: RateLimitStore
  /**
   * Which fields tell clients about the limits: `'draft'` (`RateLimit-Policy` and `RateLimit`), `'legacy'`
   * (`X-RateLimit-Limit`, `-Remaining`, and `-Reset` in seconds from now, of the limit that is nearest to its end), `'both'`,
   * or none. `Retry-After` is sent with a refusal in any case.
   *
   * @default 'draft'
   */
  readonly headers?: HeaderStyle
  /**
   * The body of a 429 and a 503: `'problem'` (RFC 9457), `'text'`, or what a function makes of the decision.
   *
   * @default 'problem'
   */
  readonly body?: 'problem' | 'text' | ((decision: Decision) => RefusalBody)
  /**
   * Names the fields in `Access-Control-Expose-Headers`, behind what the application lists there, so that scripts of other
   * origins may read them.
   *
   * @default false
   */
  readonly exposeHeaders?: boolean
  /**
   * How many processes share the store, 1 to 10,000. While it cannot answer, each admits its share of a limit, rounded down,
   * and at least one.
   *
   * @default 1
   */
  readonly processes?: number
}

/** Options of `rateLimit` for one limit. */
export interface RateLimitOptions extends LimitOptions, RateLimitSettings {}

const storeMethods = ['consume', 'decide', 'peek', 'adjust', 'block', 'reset']

/** The rule for an option that is a store. */
export const storeRule = instanceOrShape('a store such as memoryStore()', ...storeMethods)

/** The rule for the number of processes. */
export const processesRule = integer({ min: 1, max: 10_000 })

/** The rules of the settings. */
export const settingsRules: Rules<RateLimitSettings> = {
  store: storeRule,
  headers: oneOf('draft', 'legacy', 'both', false),
  body: either(oneOf('problem', 'text'), fn()),
  exposeHeaders: boolean,
  processes: processesRule,
}
