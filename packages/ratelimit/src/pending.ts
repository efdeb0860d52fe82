import type { CountedLimit } from './limit.ts'
import type { Plan } from './plan.ts'
import type { Claim, Quota, RateLimitStore } from './store.ts'

/** A claim of one limit, before and after its decision. */
export class Pending<L extends CountedLimit = CountedLimit> implements Claim {
  readonly limit: L
  readonly plan: Plan
  readonly key: string
  /** What it takes of the limit; settling changes it. */
  cost: number
  /** The quota by which it is decided: the plan's, or the fallback's. */
  quota: Quota
  /** Where it is counted, once it is. */
  store: RateLimitStore | undefined
  /** When it was counted, by the clock of that store. */
  stamp: number
  /** Whether settling has failed, so that what is counted may be more than `cost`. */
  isInDoubt: boolean

  constructor(limit: L, plan: Plan, key: string, cost: number) {
    this.limit = limit
    this.plan = plan
    this.key = key
    this.cost = cost
    this.quota = plan.quota
    this.store = undefined
    this.stamp = 0
    this.isInDoubt = false
  }
}
