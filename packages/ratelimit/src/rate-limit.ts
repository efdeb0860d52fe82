import type { Awaitable, Exchange, Guard, Reply } from '@seawall/guard'
import { publishDecision } from './decision-channel.ts'
import { fieldWriter } from './fields.ts'
import { memoryStore } from './memory-store.ts'
import { toNetwork } from './network.ts'
import { toLimit, type RateLimitOptions } from './options.ts'
import { missingKey, quotaExceeded, unavailable, unavailableMs } from './problems.ts'
import type { Decision } from './store.ts'

/**
 * Makes a guard that admits at most so many requests of one key in any window, and answers the others 429 (RFC 6585
 * §4) with a problem body (RFC 9457). A refused request is not counted. A `'post:…'` limit stands after the body
 * parser; before it, a request with a form or JSON body is an error.
 *
 * @throws TypeError or RangeError for an option that is none or out of range, and for a name taken on the same store.
 * @example
 * ```ts
 * import { memoryStore, rateLimit } from '@seawall/ratelimit'
 *
 * const store = memoryStore()
 * const byAddress = rateLimit({ name: 'login-ip', key: 'ip', rate: '5/m', store })
 * const byAccount = rateLimit({ name: 'login-user', key: 'post:username', rate: '5/m', store })
 * ```
 */
export function rateLimit(options: RateLimitOptions): Guard {
  const { name, rate, store, expose, missing, onError, ipv6Prefix, read } = toLimit(options)
  const addFields = expose ? fieldWriter(name, rate) : undefined
  const fallback = onError === 'fallback' ? memoryStore() : undefined
  // Names hold no colon, so no value can reach into another limit's or another kind's keys.
  const presentStart = `${name}:key:`
  const missingStart = `${name}:missing:`

  function decide(exchange: Exchange, key: string): Awaitable<Reply | undefined> {
    let decision: Awaitable<Decision>
    try {
      decision = store.consume(key, rate)
    } catch {
      return decideWithoutStore(exchange, key)
    }
    if (!('then' in decision)) return conclude(exchange, decision, false)
    return decision.then(
      (decided) => conclude(exchange, decided, false),
      () => decideWithoutStore(exchange, key),
    )
  }

  function decideWithoutStore(exchange: Exchange, key: string): Reply | undefined {
    if (fallback !== undefined) return conclude(exchange, fallback.consume(key, rate), true)
    if (onError === 'allow') {
      publishDecision(name, true, undefined, 0, true)
      return undefined
    }
    publishDecision(name, false, undefined, unavailableMs, true)
    return unavailable
  }

  function conclude(exchange: Exchange, decision: Decision, degraded: boolean): Reply | undefined {
    const { allowed, remaining, resetMs } = decision
    publishDecision(name, allowed, remaining, allowed ? 0 : resetMs, degraded)
    addFields?.(exchange, decision)
    return allowed ? undefined : quotaExceeded(expose ? name : undefined, resetMs)
  }

  function decideWithoutKey(exchange: Exchange): Awaitable<Reply | undefined> {
    if (missing === 'ip') return decide(exchange, missingStart + toNetwork(exchange.ip, ipv6Prefix))
    const allowed = missing === 'skip'
    publishDecision(name, allowed, undefined, 0, false)
    return allowed ? undefined : missingKey
  }

  return {
    name: `rate-limit:${name}`,
    onRequest(exchange) {
      const value = read(exchange)
      return value === undefined ? decideWithoutKey(exchange) : decide(exchange, presentStart + value)
    },
  }
}
