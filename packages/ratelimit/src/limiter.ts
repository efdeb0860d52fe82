import type { Awaitable } from '@seawall/guard'
import { checkBlockLength } from './block-length.ts'
import { closedVerdict, isClosed } from './closed.ts'
import { checkCost } from './cost.ts'
import type { Decider } from './decider.ts'
import { publishRuling } from './decision-channel.ts'
import { toDecision, type Decision } from './decision.ts'
import { all, chain } from './awaitable.ts'
import type { CountedLimit } from './limit.ts'
import { Pending } from './pending.ts'
import type { Plan } from './plan.ts'
import { Ruling } from './ruling.ts'
import type { RateLimitStore, Verdict } from './store.ts'

/** Whose counter: a value, or as many as the key of the limit has parts. */
export type LimiterKey = string | readonly string[]

/**
 * Counts by keys that the application names. With a store in memory everything is answered at once, otherwise as a
 * promise. A denial is a `Decision`, never a rejection.
 */
export interface Limiter {
  /**
   * Admits and counts, or refuses and counts nothing. When the store cannot answer, the limits' `onError` decides.
   *
   * @param cost - How much it takes, 1 if left out.
   * @throws RangeError for a cost that is not finite, negative, or not whole where it must be.
   */
  consume(key: LimiterKey, cost?: number): Awaitable<Decision>
  /** Tells what a claim of 1 would find, and counts nothing. Rejects when the store cannot answer. */
  peek(key: LimiterKey): Awaitable<Decision>
  /** Counts without asking, 1 if left out, and tells what a claim of 1 would find. Rejects when the store cannot answer. */
  penalty(key: LimiterKey, cost?: number): Awaitable<Decision>
  /** Gives back, 1 if left out, and tells what a claim of 1 would find. Rejects when the store cannot answer. */
  reward(key: LimiterKey, cost?: number): Awaitable<Decision>
  /**
   * Refuses the key for so many milliseconds, up to 30 days, in place of an earlier block; 0 lifts it. Rejects when the store
   * cannot answer.
   *
   * @throws RangeError for another time.
   */
  block(key: LimiterKey, ms: number): Awaitable<void>
  /** Forgets what was counted, and the block. Rejects when the store cannot answer. */
  reset(key: LimiterKey): Awaitable<void>
}

/** One limit of a limiter. */
export interface Counter {
  readonly limit: CountedLimit
  readonly plan: Plan
  readonly toKey: (value: LimiterKey) => string
}

/** Makes the limiter of some counters on a store. */
export function keyedLimiter(counters: readonly Counter[], decider: Decider, store: RateLimitStore): Limiter {
  function claimsOf(value: LimiterKey, cost: number): readonly Pending[] {
    return counters.map(({ limit, plan, toKey }) => {
      checkCost(plan.quota, cost)
      return new Pending(limit, plan, toKey(value), cost)
    })
  }

  function ask(value: LimiterKey, cost: number, question: (claim: Pending) => Awaitable<Verdict>): Awaitable<Decision> {
    const claims = claimsOf(value, cost)
    const verdicts = claims.map((claim) => (isClosed(claim) ? closedVerdict(claim) : question(claim)))
    return chain(all(verdicts), (found) => toDecision(new Ruling(found.every(isAllowed), claims, found, false)))
  }

  function tell(value: LimiterKey, order: (claim: Pending) => Awaitable<void>): Awaitable<void> {
    const open = claimsOf(value, 1).filter((claim) => !isClosed(claim))
    return chain(all(open.map(order)), () => {})
  }

  return {
    consume: (value, cost = 1) => consume(decider, claimsOf(value, cost)),
    peek: (value) => ask(value, 1, ({ key, quota }) => store.peek(key, quota)),
    penalty: (value, cost = 1) => ask(value, cost, ({ key, quota }) => store.adjust(key, quota, cost)),
    reward: (value, cost = 1) => ask(value, cost, ({ key, quota }) => store.adjust(key, quota, -cost)),
    block(value, ms) {
      checkBlockLength(ms)
      return tell(value, ({ key, quota }) => store.block(key, quota, ms))
    },
    reset: (value) => tell(value, ({ key, quota }) => store.reset(key, quota)),
  }
}

function consume(decider: Decider, claims: readonly Pending[]): Awaitable<Decision> {
  return chain(decider.decideAndWatch(claims), (ruling) => {
    publishRuling(ruling)
    return toDecision(ruling)
  })
}

function isAllowed({ allowed }: Verdict): boolean {
  return allowed
}
