import type { Exchange, Guard, Reply } from '@seawall/guard'
import { isPromise } from './awaitable.ts'
import { claimOf } from './claim-of.ts'
import { Decider } from './decider.ts'
import { publishRefusal, publishRuling } from './decision-channel.ts'
import { fieldExposer, fieldWriter } from './fields.ts'
import type { LimitOptions } from './limit-options.ts'
import type { Limit } from './limit.ts'
import { limiterFinder, type LimiterFinder } from './limiter-finder.ts'
import { toLimits } from './limits.ts'
import type { RateLimitOptions, RateLimitSettings } from './options.ts'
import type { Pending } from './pending.ts'
import { denied, missingKey, refusalReply } from './problems.ts'
import { recordRuling } from './request-record.ts'
import type { Ruling } from './ruling.ts'
import { settleCounts } from './settle-counts.ts'

/** A guard of limits. */
export interface RateLimitGuard extends Guard {
  /** Finds the limiter of one of its limits, to look at a client's counter, or to reset or block it. */
  readonly limiter: LimiterFinder
}

/**
 * Makes a guard that admits so many requests in so much time, and answers the others 429 (RFC 6585 §4) with a problem body
 * (RFC 9457). Several limits are decided together, in one call to the store: a request that one of them refuses is counted
 * by none. They are asked in the order in which their keys can be read: what the connection tells, what the head tells,
 * what the body tells. A guard with a `'post:…'` limit stands after the body parser; before it, a request with a form or
 * JSON body is an error.
 *
 * @throws TypeError or RangeError for an option that is none or out of range, and for a name taken on the same store.
 * @example
 * ```ts
 * import { memoryStore, rateLimit } from '@seawall/ratelimit'
 *
 * const store = memoryStore()
 * const perClient = rateLimit({ key: 'ip', rate: '300/m', store })
 * const login = rateLimit(
 *   [
 *     { name: 'login-ip', key: 'ip', rate: '5/m' },
 *     { name: 'login-username', key: 'post:username', rate: '5/m' },
 *   ],
 *   { store },
 * )
 * ```
 */
export function rateLimit(options: RateLimitOptions): RateLimitGuard
export function rateLimit(limits: readonly LimitOptions[], settings?: RateLimitSettings): RateLimitGuard
export function rateLimit(
  options: RateLimitOptions | readonly LimitOptions[],
  given: RateLimitSettings = {},
): RateLimitGuard {
  const { limits, settings, store } = toLimits(options, given)
  const { headers = 'draft', body = 'problem', exposeHeaders = false } = settings
  const decider = new Decider(store)
  const answers = { write: fieldWriter(headers), refuse: refusalReply(body) }
  const counts = limits.some(({ count }) => count !== 'all') ? Symbol('seawall:ratelimit:counts') : undefined
  const expose = exposeHeaders ? fieldExposer(headers) : undefined

  function conclude(exchange: Exchange, ruling: Ruling<Limit>): Reply | undefined {
    publishRuling(ruling)
    answers.write(exchange, ruling, recordRuling(exchange, ruling))
    if (!ruling.allowed) return answers.refuse(ruling)
    if (counts !== undefined) exchange.state.set(counts, ruling)
    return undefined
  }

  return {
    name: `rate-limit:${limits.map(({ name }) => name).join('+')}`,
    limiter: limiterFinder(limits, decider, store),
    onRequest(exchange) {
      const claims = claimsOf(limits, exchange)
      if ('status' in claims) return claims
      if (claims.length === 0) return undefined
      const ruling = decider.decideAndWatch(claims)
      return isPromise(ruling) ? ruling.then((decided) => conclude(exchange, decided)) : conclude(exchange, ruling)
    },
    ...(expose === undefined ? {} : { onHead: (_, head) => expose(head) }),
    ...(counts === undefined
      ? {}
      : { onClose: (exchange, end) => settleCounts(exchange.state.get(counts) as Ruling<Limit> | undefined, end) }),
  }
}

/** What the limits claim of a request, or the answer of the first that refuses it without counting. */
function claimsOf(limits: readonly Limit[], exchange: Exchange): Pending<Limit>[] | Reply {
  const claims: Pending<Limit>[] = []
  for (const limit of limits) {
    const claim = claimOf(limit, exchange)
    if (claim === undefined) continue
    if (typeof claim !== 'string') {
      claims.push(claim)
      continue
    }
    publishRefusal(limit)
    if (!limit.shadow) return claim === 'denied' ? denied : missingKey
  }
  return claims
}
