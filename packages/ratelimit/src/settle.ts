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

/** Makes one claim cost something else. */
export function settleClaim(claim: Pending<CountedLimit>, cost: number): Awaitable<boolean> {
  checkCost(claim.quota, cost)
  const { store, key, quota, stamp } = claim
  const difference = cost - claim.cost
  if (store === undefined || difference === 0) return true
  claim.cost = cost
  try {
    const adjusted = difference < 0 ? store.adjust(key, quota, difference, stamp) : store.adjust(key, quota, difference)
    if (!isPromise(adjusted)) return true
    return adjusted.then(
      () => true,
      () => false,
    )
  } catch {
    return false
  }
}
