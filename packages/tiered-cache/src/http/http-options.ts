import type { Exchange } from '@seawall/guard'
import { arrayOf, checkOptions, fn, integer, milliseconds, oneOf, string, type Rules } from '@seawall/options'

/** Options of `httpCache`. Without any, responses are kept here for a minute and nowhere else. */
export interface HttpCacheOptions {
  /**
   * How long a response is fresh here when it does not say so itself by `s-maxage` or `max-age`, in milliseconds.
   *
   * @default 60_000
   */
  readonly ttlMs?: number
  /**
   * For how long after that it is served while one request of this process brings a new one, in milliseconds.
   *
   * @default 0
   */
  readonly staleMs?: number
  /**
   * How long a browser may use a response without asking, in seconds.
   *
   * @default 0
   */
  readonly browserSeconds?: number
  /** The same for shared caches on the way, by `s-maxage`. Left out, with `cdnSeconds`: they may keep nothing. */
  readonly proxySeconds?: number
  /** The same for a CDN, by `CDN-Cache-Control` (RFC 9213) and `Surrogate-Control`. Left out: it is told nothing of its own. */
  readonly cdnSeconds?: number
  /**
   * Request headers by lower-case name that responses may differ by. A response whose `Vary` names another one is not kept.
   *
   * @default []
   */
  readonly vary?: readonly string[]
  /**
   * The query parameters that responses depend on; a response must not show the others. Left out: all of them. Their order
   * never counts.
   */
  readonly query?: readonly string[]
  /**
   * The names of cookies that no response depends on. A request with any other one passes uncached.
   *
   * @default []
   */
  readonly cookies?: readonly string[]
  /**
   * The user that a request belongs to, checked: an id, never a session's secret. The response is then kept for this user
   * alone, whatever cookies and `Authorization` there are. Mount the guard behind the authentication. `undefined`: nobody,
   * and a request with credentials passes uncached.
   */
  readonly user?: (exchange: Exchange) => string | undefined
  /**
   * The tags that `cache.invalidateTags` finds the response by, besides those that it carries as `Surrogate-Key` or
   * `Cache-Tag`. What is known before the response is safe against an invalidation while it is made for whoever asks then.
   */
  readonly tags?: (exchange: Exchange) => readonly string[]
  /**
   * Response headers by lower-case name to keep besides those that describe the content.
   *
   * @default []
   */
  readonly headers?: readonly string[]
  /**
   * The entity tag that a whole response gets which has none: `weak` when something behind the guard changes bytes, a
   * compressing proxy for instance; `none`.
   *
   * @default 'strong'
   */
  readonly etag?: 'strong' | 'weak' | 'none'
  /**
   * The most variants of one path, by query, headers and user, that are taken up a minute; more pass uncached.
   *
   * @default 100
   */
  readonly maxVariants?: number
}

const names = arrayOf(
  string('lower-case header names', /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/),
  'an array of lower-case header names',
)
const seconds = integer({ min: 0, max: 31_536_000 })

const rules: Rules<HttpCacheOptions> = {
  ttlMs: milliseconds({ min: 1 }),
  staleMs: milliseconds(),
  browserSeconds: seconds,
  proxySeconds: seconds,
  cdnSeconds: seconds,
  vary: names,
  query: arrayOf(string()),
  cookies: arrayOf(string()),
  user: fn('a function of the exchange'),
  tags: fn('a function of the exchange'),
  headers: names,
  etag: oneOf('strong', 'weak', 'none'),
  maxVariants: integer({ min: 1, max: 1_000_000 }),
}

/** What `httpCache` was told, checked. */
export interface HttpSettings {
  readonly ttlMs: number
  readonly staleMs: number
  readonly browserSeconds: number
  readonly proxySeconds: number | undefined
  readonly cdnSeconds: number | undefined
  readonly vary: readonly string[]
  readonly query: ReadonlySet<string> | undefined
  readonly cookies: ReadonlySet<string>
  readonly user: (exchange: Exchange) => string | undefined
  readonly tags: (exchange: Exchange) => readonly string[]
  readonly headers: readonly string[]
  readonly etag: 'strong' | 'weak' | 'none'
  readonly maxVariants: number
}

export function checkHttpOptions(options: HttpCacheOptions): HttpSettings {
  checkOptions('create an HTTP cache', options, rules)
  const { ttlMs = 60_000, staleMs = 0, browserSeconds = 0, proxySeconds, cdnSeconds, vary = [], query } = options
  const { cookies = [], user = () => undefined, tags = () => [], headers = [], etag = 'strong' } = options
  const refused = headers.find((name) => name === 'set-cookie' || name === 'age' || name === 'content-length')
  if (refused !== undefined)
    throw new RangeError(`Cannot create an HTTP cache as 'headers' must be without '${refused}': it is never kept`)
  return {
    ttlMs,
    staleMs,
    browserSeconds,
    proxySeconds,
    cdnSeconds,
    vary: [...new Set(vary)].toSorted(),
    query: query && new Set(query),
    cookies: new Set(cookies),
    user,
    tags,
    headers,
    etag,
    maxVariants: options.maxVariants ?? 100,
  }
}
