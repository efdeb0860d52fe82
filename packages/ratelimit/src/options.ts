import { boolean, checkOptions, instanceOrShape, integer, oneOf, string } from '@seawall/options'
import { keyReader, keyRule, type KeyReader, type RateLimitKey } from './key.ts'
import { formatRate, parseRate, rateRule } from './rate.ts'
import type { Rate, RateLimitStore } from './store.ts'

/** What becomes of a request that carries no value for its key. */
export type MissingPolicy = 'ip' | 'skip' | 'deny'

/** What becomes of a request when the store cannot answer. */
export type FailurePolicy = 'fallback' | 'allow' | 'deny'

/** Options of `rateLimit`. */
export interface RateLimitOptions {
  /**
   * What requests are counted by: `'ip'`, `'header:<name>'`, `'query:<name>'`, `'post:<name>'` (a field of the parsed form
   * or JSON body) or a function. Values that a client sends are brought to one spelling (NFKC, lower case, trimmed);
   * several values under one name, and objects, count as missing. What a function returns is taken as it is, `undefined`
   * and `''` as missing. Values longer than 64 characters are hashed (SHA-256).
   */
  readonly key: RateLimitKey
  /**
   * How many requests, in any window of which length: `'5/m'`, `'100/5m'`, `'10/500ms'` (units `ms`, `s`, `m`, `h`, `d`)
   * or `{ limit: 5, windowMs: 60_000 }`. 1 to 1,000 requests in 1 ms to 30 days.
   */
  readonly rate: string | Rate
  /** Where the counting happens: `memoryStore()`, `redisStore(redis)`, or one of your own. */
  readonly store: RateLimitStore
  /**
   * What clients, keys in the store and reports call this limit: 1 to 64 letters, digits and `.`, `_`, `/`, `-`. Two limits
   * on one store need two names.
   *
   * @default from key and rate: `'ip-5/m'`, `'post-username-5/m'`, and `'custom-5/m'` for a function
   */
  readonly name?: string
  /**
   * Whether responses tell the client about this limit. A value that a client chooses can be someone else's, and its
   * counter would tell of their traffic: so by default only limits by `'ip'` and by a function are shown.
   *
   * @default true for `'ip'` and a function, otherwise false
   */
  readonly expose?: boolean
  /**
   * What becomes of a request that carries no value for the key. `'ip'`: it is counted by its network, apart from all
   * other keys (requests without a known address together). `'skip'`: it goes on, not counted. `'deny'`: it is answered
   * 400.
   *
   * @default 'ip'
   */
  readonly missing?: MissingPolicy
  /**
   * What becomes of a request when the store cannot answer. `'fallback'`: this process counts it in its own memory, from
   * nothing, by the same rate. `'allow'`: it goes on, not counted. `'deny'`: it is answered 503.
   *
   * @default 'fallback'
   */
  readonly onError?: FailurePolicy
  /**
   * The length of the IPv6 prefix that is one client, 16 to 128 bits.
   *
   * @default 64
   */
  readonly ipv6Prefix?: number
}

/** A limit ready for requests. */
export interface Limit {
  readonly name: string
  readonly rate: Rate
  readonly store: RateLimitStore
  readonly expose: boolean
  readonly missing: MissingPolicy
  readonly onError: FailurePolicy
  readonly ipv6Prefix: number
  readonly read: KeyReader
}

/** Checks the options, fills in the defaults and claims the limit's name on its store. */
export function toLimit(options: RateLimitOptions): Limit {
  check(options)
  const { key, store, missing = 'ip', onError = 'fallback', ipv6Prefix = 64 } = options
  const { expose = key === 'ip' || typeof key === 'function' } = options
  const rate = parseRate(options.rate) as Rate
  const { name = defaultName(key, rate) } = options
  claim(name, store)
  return { name, rate, store, expose, missing, onError, ipv6Prefix, read: keyReader(key, ipv6Prefix) }
}

function check(options: RateLimitOptions): void {
  checkOptions<RateLimitOptions>(
    'create a rate limit',
    options,
    {
      key: keyRule,
      rate: rateRule,
      store: instanceOrShape('a store such as memoryStore()', 'consume'),
      name: string("1 to 64 letters, digits and '.', '_', '/', '-'", /^[\w./-]{1,64}$/),
      expose: boolean,
      missing: oneOf('ip', 'skip', 'deny'),
      onError: oneOf('fallback', 'allow', 'deny'),
      ipv6Prefix: integer({ min: 16, max: 128 }),
    },
    ['key', 'rate', 'store'],
  )
}

function defaultName(key: RateLimitKey, rate: Rate): string {
  const source = typeof key === 'string' ? key.replaceAll(/[^\w.-]/g, '-').slice(0, 40) : 'custom'
  return `${source}-${formatRate(rate)}`
}

const claimed = new WeakMap<RateLimitStore, Set<string>>()

/** Two limits of one name would count each other's requests. */
function claim(name: string, store: RateLimitStore): void {
  const names = claimed.get(store) ?? new Set()
  if (names.has(name))
    throw new TypeError(
      `Cannot create a rate limit as 'name' must be another than that of a limit on the same store: current value is "${name}"`,
    )
  claimed.set(store, names.add(name))
}
