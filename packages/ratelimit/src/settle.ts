import type { Awaitable } from '@seawall/guard'
import { all, chain, isPromise } from './awaitable.ts'
import { checkCost } from './cost.ts'
import type { CountedLimit } from './limit.ts'
import type { Pending } from './pending.ts'
import type { Ruling } from './ruling.ts'

/**
 * Makes a request that was let in cost something else than was thought: what is too much is given back, and what is
 * missing is taken even beyond the limit. Nothing of a claim that has left its window is given back.
 *
 * @param name - The limit to settle; all of the ruling, if left out.
 * @returns Whether the store has taken note; never a rejection.
 * @throws RangeError for what is no cost.
 */
export function settleRuling(ruling: Ruling, cost: number, name?: string): Awaitable<boolean> {
  const pending: Awaitable<boolean>[] = []
  for (const claims of [ruling.claims, ruling.shadows])
    for (const claim of claims)
      if (name === undefined || claim.limit.name === name) pending.push(settleClaim(claim, cost))
  return chain(all(pending), (taken) => !taken.includes(false))
}

/**
 * Makes one claim cost something else. Of a cost that may be counted or not, the lower is believed: what is given back
 * later must not be credit.
 */
export function settleClaim(claim: Pending<CountedLimit>, cost: number): Awaitable<boolean> {
  checkCost(claim.quota, cost)
  const { store, key, quota, stamp, cost: before } = claim
  const difference = cost - before
  if (store === undefined) return true
  if (difference === 0) return !claim.isInDoubt
  claim.cost = cost
  try {
    const adjusted = difference < 0 ? store.adjust(key, quota, difference, stamp) : store.adjust(key, quota, difference)
    if (!isPromise(adjusted)) return true
    return adjusted.then(
      () => true,
      () => doubt(claim, before),
    )
  } catch {
    return doubt(claim, before)
  }
}

function doubt(claim: Pending<CountedLimit>, before: number): false {
  claim.cost = Math.min(claim.cost, before)
  claim.isInDoubt = true
  return false
}
