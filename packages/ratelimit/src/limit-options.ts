import type { Exchange } from '@seawall/guard'
import type { RateLimitKey, UserOf } from './keys/key.ts'
import type { Rate } from './rate.ts'
import type { Algorithm } from './store.ts'

/** What becomes of a request that carries no value for its key. */
export type MissingPolicy = 'ip' | 'skip' | 'deny'

/** What becomes of a request when the store cannot answer. */
export type FailurePolicy = 'fallback' | 'allow' | 'deny'

/** Which requests count in the end: all, those that failed, or so much of each as a function says of its status. */
export type CountPolicy = 'all' | 'failures' | ((status: number) => number)

/** Who is meant: by address, or by the value of the limit's key. */
export interface RateLimitList {
  /** Addresses and networks: `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32`. */
  readonly addresses?: readonly string[]
  /** Values of the key, in any spelling; of a key of several parts all of them in turn. */
  readonly keys?: readonly (string | readonly string[])[]
}

/** One limit of `rateLimit`. */
export interface LimitOptions {
  /**
   * What requests are counted by: `'ip'` (the client's network), `'user'` (what the option `user` says), `'header:<name>'`,
   * `'cookie:<name>'`, `'query:<name>'`, `'param:<name>'` (of the route), `'post:<name>'` (a field of the parsed form or JSON
   * body), `'global'` (all together), several of them in an array, or a function. What clients send is brought to one
   * spelling by `normalize`; several values under one name, and objects, count as missing (of a header, several are one, put
   * together with commas). What `user` and a function return is taken as it is, `undefined` and `''` as missing.
   * Values longer than 64 characters are hashed (SHA-256).
   */
  readonly key: RateLimitKey
  /**
   * How many requests in which time: `'5/m'`, `'100/5m'`, `'10/500ms'` (units `ms`, `s`, `m`, `h`, `d`; without one,
   * `'100/300'`, seconds), `{ limit: 5, windowMs: 60_000 }`, or a function that says it of a request. `null` is no limit,
   * `'0/s'` admits nobody. Windows of 1 ms to 30 days; a limit of `'exact'` up to 1,000. A request for which a function
   * returns no rate fails (500).
   */
  readonly rate: string | Rate | null | ((exchange: Exchange) => string | Rate | null)
  /**
   * What clients, keys in the store and reports call this limit: 1 to 64 letters, digits and `.`, `_`, `/`, `-`. Two limits
   * on one store need two names.
   *
   * @default from key and rate: `'ip-5/m'`, `'post-username-5/m'`, and `'custom-5/m'` for a function
   */
  readonly name?: string
  /**
   * How it is counted. `'exact'`: never more than the limit in any window. `'gcra'`: `burst` at once, then one by one as the
   * rate allows; up to burst + limit in a window. `'fixed'`: a counter that begins with the first request; up to twice the
   * limit in a window.
   *
   * @default `'exact'` up to 100, `'gcra'` above and for a rate with a burst
   */
  readonly algorithm?: Algorithm
  /**
   * How much a request takes of the limit: finite and not negative, whole unless `algorithm` is `'gcra'`. A request for which
   * a function returns anything else fails (500).
   *
   * @default 1
   */
  readonly cost?: number | ((exchange: Exchange) => number)
  /**
   * Which requests count in the end. All are counted when they arrive, so that no number of them at the same time gets past;
   * once the response has left, `'failures'` gives back those answered below 400, and a function of the status says how
   * much the request takes instead. A request whose client did not wait for the response stays counted.
   *
   * @default 'all'
   */
  readonly count?: CountPolicy
  /**
   * Requests that are not limited.
   *
   * @default none
   */
  readonly skip?: (exchange: Exchange) => boolean
  /**
   * The methods that are limited, in upper case: `['POST']`.
   *
   * @default all
   */
  readonly methods?: readonly string[]
  /**
   * Limits of one group, key and rate share their counters, over all guards on a store. All functions are one key.
   *
   * @default a counter of its own for each limit
   */
  readonly group?: string
  /**
   * What becomes of a request that carries no value for the key. `'ip'`: it is counted by its network, apart from all
   * other keys (requests without a known address together). `'skip'`: it goes on, not counted. `'deny'`: it is answered
   * 400.
   *
   * @default 'ip'
   */
  readonly missing?: MissingPolicy
  /**
   * Decides and reports, but refuses nobody and is not shown to clients. Counted apart from the other limits, by a call to
   * the store of its own.
   *
   * @default false
   */
  readonly shadow?: boolean
  /**
   * For how long a key that is refused stays refused, in milliseconds, 0 to 2,592,000,000 (30 days).
   *
   * @default 0 - until there is room again
   */
  readonly blockMs?: number
  /**
   * Who is not limited.
   *
   * @default nobody
   */
  readonly allow?: RateLimitList
  /**
   * Who is answered 403. Who is on both lists is refused.
   *
   * @default nobody
   */
  readonly deny?: RateLimitList
  /**
   * What becomes of a request when the store cannot answer. `'fallback'`: this process counts it in its own memory, from
   * nothing, by its share of the rate (see `processes`). `'allow'`: it goes on, not counted. `'deny'`: it is answered 503.
   *
   * @default 'fallback'
   */
  readonly onError?: FailurePolicy
  /**
   * Whether responses tell the client about this limit. A value that a client chooses can be someone else's, and its
   * counter would tell of their traffic.
   *
   * @default true for `'ip'`, `'user'`, `'global'` and a function, otherwise false
   */
  readonly expose?: boolean
  /**
   * Tells who has signed in, for `'user'`: by the session, never by what a client says of itself.
   *
   * @default none: required for the key `'user'`
   */
  readonly user?: UserOf
  /**
   * Brings what a client sent to one spelling. It must fold what the application takes for one account, and no more.
   *
   * @default NFKC, lower case, trimmed: `Admin`, `ａｄｍｉｎ` and `admin ` are one
   */
  readonly normalize?: (value: string) => string
  /**
   * How many bits of an IPv6 address are one client, 16 to 128.
   *
   * @default 64
   */
  readonly ipv6Prefix?: number
  /**
   * How many bits of an IPv4 address are one client, 8 to 32.
   *
   * @default 32
   */
  readonly ipv4Prefix?: number
}
