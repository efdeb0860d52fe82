import type { End } from '@seawall/guard'
import type { Limit } from './limit.ts'
import type { Ruling } from './ruling.ts'
import { settleClaim } from './settle.ts'

/**
 * Settles what a request counts by the status of its response. Where the client did not wait for it, everything stays
 * counted: going away early must not be a way not to be counted. What the store does not take note of stays counted too.
 *
 * @throws RangeError for what is no cost, returned by a limit's `count`.
 */
export function settleCounts(ruling: Ruling<Limit> | undefined, { status, aborted }: End): void {
  if (ruling === undefined || aborted) return
  for (const claims of [ruling.claims, ruling.shadows]) {
    for (const claim of claims) {
      const { count } = claim.limit
      if (typeof count === 'function') void settleClaim(claim, count(status))
      else if (count === 'failures' && status < 400) void settleClaim(claim, 0)
    }
  }
}
