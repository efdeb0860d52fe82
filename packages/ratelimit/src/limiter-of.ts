import { exchangeOf, type Awaitable } from '@seawall/guard'
import { toDecision, type Decision } from './decision.ts'
import { all, chain } from './awaitable.ts'
import { findRecord, type RequestRecord } from './request-record.ts'
import { settleRuling } from './settle.ts'

/** What limits have decided about a request, for its handler. */
export interface RequestLimiter {
  /** One decision for each guard of limits that the request has passed, in their order. */
  readonly decisions: readonly Decision[]
  /**
   * Makes the request cost something else than was thought when it came, once its handler knows: rows, bytes, tokens. What
   * is too much is given back, what is missing is taken even beyond the limit.
   *
   * @param name - The limit to settle; all, if left out. Nothing is settled for one that did not count the request.
   * @returns Whether the stores have taken note; it never rejects.
   * @throws RangeError for a cost that is not finite, negative, or not whole where it must be.
   */
  settle(cost: number, name?: string): Awaitable<boolean>
}

/**
 * Finds what limits have decided about a request.
 *
 * @param request - The framework's own object: Node's or Express's request, Fastify's request, Koa's or Hono's context.
 * @returns `undefined` when no limit has decided about it.
 * @example
 * ```ts
 * import { limiterOf } from '@seawall/ratelimit'
 *
 * async function exportRows(request, response) {
 *   const rows = [1, 2, 3]
 *   await limiterOf(request)?.settle(rows.length)
 *   response.end(JSON.stringify(rows))
 * }
 * ```
 */
export function limiterOf(request: object): RequestLimiter | undefined {
  const exchange = exchangeOf(request)
  const record = exchange && findRecord(exchange)
  if (record === undefined) return undefined
  return {
    get decisions() {
      return record.rulings.map(toDecision)
    },
    settle: (cost, name) => settleAll(record, cost, name),
  }
}

function settleAll({ rulings }: RequestRecord, cost: number, name: string | undefined): Awaitable<boolean> {
  const settled = rulings.map((ruling) => settleRuling(ruling, cost, name))
  return chain(all(settled), (taken) => !taken.includes(false))
}
