import { checkBlockLength } from '../block-length.ts'
import { checkCost } from '../cost.ts'
import type { Claim, Quota, RateLimitStore, Verdict } from '../store.ts'
import { Deadline } from './deadline.ts'
import { checkFlexibleOptions, type FlexibleLimiter, type FlexibleStoreOptions } from './flexible-options.ts'
import { traitsOf, type Traits } from './traits.ts'
import { maxLimit, maxMs, WindowCounter, type Found } from './window-counter.ts'

/**
 * Keeps the counters where a limiter of rate-limiter-flexible does: PostgreSQL, Memcached, MongoDB, DynamoDB and others.
 * The rates are the limits'; the limiter's own `points` and `duration` are not used, nor what it does by itself on a
 * refusal.
 *
 * It counts in fixed windows of whole seconds that begin with the first request (`algorithm: 'fixed'`), so up to twice the
 * limit may come within one window's length. Several limits are counted one after another and taken back when one of
 * them refuses, so that a request at the same moment may be refused though there was room; none is admitted for which there
 * is none. On Memcached, which only counts up, nothing is taken back: there it is asked before it counts, and a request
 * that settles at less has paid in full.
 *
 * @param limiter - The application's own limiter; any but a union, a queue and a bursty one.
 * @throws TypeError or RangeError for what is no limiter, and for an option that is none or out of range.
 * @example
 * ```ts
 * import { rateLimit } from '@seawall/ratelimit'
 * import { flexibleStore } from '@seawall/ratelimit/flexible'
 * import { RateLimiterMemory } from 'rate-limiter-flexible'
 *
 * const store = flexibleStore(new RateLimiterMemory({ points: 1, duration: 1 }))
 * const limit = rateLimit({ key: 'ip', rate: '5/m', store })
 * ```
 */
export function flexibleStore(limiter: FlexibleLimiter, options: FlexibleStoreOptions = {}): RateLimitStore {
  checkFlexibleOptions(limiter, options)
  return new FlexibleStore(limiter, new Deadline(options))
}

class FlexibleStore implements RateLimitStore {
  readonly algorithms = ['fixed'] as const
  readonly maxWindowMs = maxMs
  readonly maxLimit = maxLimit
  readonly #limiter: FlexibleLimiter
  readonly #deadline: Deadline
  readonly #traits: Traits

  constructor(limiter: FlexibleLimiter, deadline: Deadline) {
    this.#limiter = limiter
    this.#traits = traitsOf(limiter)
    this.#deadline = deadline
  }

  consume(key: string, quota: Quota, cost: number): Promise<Verdict> {
    checkCost(quota, cost)
    return this.#deadline.run(() => this.#consume(this.#counter(key, quota), quota, cost))
  }

  decide(claims: readonly Claim[]): Promise<readonly (Verdict | undefined)[]> {
    for (const { quota, cost } of claims) checkCost(quota, cost)
    return this.#deadline.run(() => this.#decide(claims))
  }

  peek(key: string, quota: Quota): Promise<Verdict> {
    return this.#deadline.run(() => this.#counter(key, quota).peek(1))
  }

  adjust(key: string, quota: Quota, cost: number, stamp?: number): Promise<Verdict> {
    checkCost(quota, Math.abs(cost))
    return this.#deadline.run(async () => {
      const counter = this.#counter(key, quota)
      // More than the limit changes nothing but the size of a number that must not grow too large
      if (cost > 0) await counter.take(Math.min(cost, quota.limit))
      else await counter.giveBack(-cost, stamp)
      return counter.peek(1)
    })
  }

  block(key: string, quota: Quota, ms: number): Promise<void> {
    checkBlockLength(ms)
    return this.#deadline.run(() => this.#counter(key, quota).block(ms))
  }

  reset(key: string, quota: Quota): Promise<void> {
    return this.#deadline.run(() => this.#counter(key, quota).reset())
  }

  async #consume(counter: WindowCounter, quota: Quota, cost: number): Promise<Found> {
    // What takes nothing, and what can never be admitted, is not counted to be taken back
    if (cost === 0 || cost > quota.limit) return refuse(counter, quota, await counter.peek(cost))
    if (!this.#traits.givesBack) {
      const found = await counter.peek(cost)
      if (!found.allowed) return refuse(counter, quota, found)
    }
    const found = await counter.take(cost)
    if (!found.allowed && (quota.blockMs === 0 || found.isBlocked)) await this.#takeBack(counter, cost, found)
    return refuse(counter, quota, found)
  }

  /** Looks at all counters first, since what is not counted need not be taken back. */
  async #decide(claims: readonly Claim[]): Promise<readonly (Verdict | undefined)[]> {
    const counters = claims.map(({ key, quota }) => this.#counter(key, quota))
    const found = await Promise.all(counters.map((counter, index) => counter.peek(claims[index]?.cost ?? 0)))
    if (found.some(({ allowed }) => !allowed)) {
      const refused = counters.map((counter, index) => refuse(counter, claims[index]?.quota, found[index] as Found))
      return (await Promise.all(refused)).map(uncounted)
    }
    const taken: Found[] = []
    for (const [index, counter] of counters.entries()) {
      const { quota, cost } = claims[index] as Claim
      const verdict = await this.#consume(counter, quota, cost)
      if (!verdict.allowed) {
        const given = taken.map((one, place) => this.#takeBack(counters[place], claims[place]?.cost ?? 0, one))
        await Promise.all(given)
        return [...taken, verdict].map(uncounted).concat(claims.slice(index + 1).map(() => undefined))
      }
      taken.push(verdict)
    }
    return taken
  }

  /** Not being able to is no failure: what stays counted makes the limit stricter, never looser. */
  async #takeBack(counter: WindowCounter | undefined, cost: number, found: Found): Promise<void> {
    if (cost > 0 && this.#traits.givesBack) await counter?.takeBack(cost, found).catch(() => {})
  }

  #counter(key: string, quota: Quota): WindowCounter {
    return new WindowCounter(this.#limiter, this.#traits, key, quota)
  }
}

/** Blocks the key of a refusal for as long as its quota says. */
async function refuse(counter: WindowCounter, quota: Quota | undefined, found: Found): Promise<Found> {
  const { blockMs = 0 } = quota ?? {}
  if (found.allowed || blockMs === 0 || found.isBlocked) return found
  await counter.block(blockMs)
  return { ...found, remaining: 0, resetMs: blockMs, retryAfterMs: blockMs }
}

function uncounted(found: Found): Verdict | undefined {
  return { ...found, stamp: 0 }
}
