import { exchangeKey } from './departing.ts'
import type { Exchange } from './guard.ts'

interface Holder {
  readonly [exchangeKey]?: Exchange
  readonly raw?: Holder
  readonly req?: Holder
  readonly env?: { readonly incoming?: Holder }
}

/**
 * The exchange that belongs to a framework's own object: Node's and Express's request or response, Fastify's request,
 * Koa's and Hono's context, or the exchange itself. `undefined` when no guard was mounted before.
 */
export function exchangeOf(raw: object): Exchange | undefined {
  const holder = raw as Holder
  return (
    holder[exchangeKey] ?? holder.env?.incoming?.[exchangeKey] ?? holder.raw?.[exchangeKey] ?? holder.req?.[exchangeKey]
  )
}
