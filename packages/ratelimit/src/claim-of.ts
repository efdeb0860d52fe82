import type { Exchange } from '@seawall/guard'
import { checkCost } from './cost.ts'
import type { Limit } from './limit.ts'
import { Pending } from './pending.ts'

/** Why a request is refused without counting. */
export type Refusal = 'denied' | 'missing'

/** What a limit wants of a request: a claim to be decided, its refusal, or nothing. */
export function claimOf(limit: Limit, exchange: Exchange): Pending<Limit> | Refusal | undefined {
  if (limit.passes?.(exchange) === true) return undefined
  const value = limit.read(exchange)
  if (limit.deny?.(exchange, value) === true) return 'denied'
  if (limit.allow?.(exchange, value) === true) return undefined
  if (value === undefined && limit.missing !== 'ip') return limit.missing === 'skip' ? undefined : 'missing'
  const plan = limit.plan === undefined ? limit.planFor(exchange) : limit.plan
  if (plan === null) return undefined
  const key = value === undefined ? limit.missingStart + limit.network(exchange.ip) : limit.keyStart + value
  const cost = limit.costFor === undefined ? limit.cost : limit.costFor(exchange)
  // Also of a limit's own cost: a function may have brought a rate that counts whole requests only
  checkCost(plan.quota, cost)
  return new Pending(limit, plan, key, cost)
}
