import type { Quota } from '../src/store.ts'

/** What was admitted, and when. */
export interface Admission {
  readonly at: number
  readonly cost: number
}

/** How much was admitted in the window that ends with the last of these. */
function inWindow(admissions: readonly Admission[], at: number, windowMs: number): number {
  return sum(admissions.filter((admission) => at - admission.at < windowMs))
}

/** How much of a quota any stretch of time that ends at a moment holds beyond what is published for its algorithm. */
export function excess(quota: Quota, admissions: readonly Admission[], at: number): number {
  const { algorithm, limit, windowMs, burst } = quota
  if (algorithm === 'exact') return inWindow(admissions, at, windowMs) - limit
  if (algorithm === 'fixed') return inWindow(admissions, at, windowMs) - Math.max(limit, 2 * limit - 1)
  let worst = -Infinity
  let held = 0
  for (const admission of admissions.toReversed()) {
    held += admission.cost
    worst = Math.max(worst, held - burst - ((at - admission.at) * limit) / windowMs)
  }
  return worst
}

/** What a fixed window holds that began with the first admission after the one before ended. */
export function inFixedWindow(admissions: readonly Admission[], at: number, windowMs: number): number {
  let start = -Infinity
  let held = 0
  // What takes nothing begins no window.
  for (const admission of [...admissions.filter(({ cost }) => cost > 0), { at, cost: 0 }]) {
    if (admission.at - start >= windowMs) {
      start = admission.at
      held = 0
    }
    held += admission.cost
  }
  return held
}

function sum(admissions: readonly Admission[]): number {
  return admissions.reduce((total, { cost }) => total + cost, 0)
}
