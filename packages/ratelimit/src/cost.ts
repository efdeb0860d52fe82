import type { Quota } from './store.ts'

/**
 * Checks a cost: a `NaN` would never be counted, and half a request has no stamp in a log.
 *
 * @throws RangeError
 */
export function checkCost({ algorithm }: Quota, cost: number): void {
  if (algorithm === 'gcra' ? cost >= 0 && cost < Infinity : cost >= 0 && Number.isInteger(cost)) return
  const wanted =
    algorithm === 'gcra' ? 'a finite number of at least 0' : `a whole number of at least 0 for '${algorithm}'`
  throw new RangeError(`Cannot count a claim as 'cost' must be ${wanted}: current value is ${String(cost)}`)
}
