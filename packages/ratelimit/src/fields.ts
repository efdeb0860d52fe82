import type { Exchange } from '@seawall/guard'
import type { Decision, Rate } from './store.ts'

/** The fields of the limits that have decided about a request so far. */
interface Fields {
  readonly policy: string
  readonly limit: string
}

const fields = Symbol('seawall:ratelimit:fields')

/**
 * Makes the function that adds a limit to the two fields of a response, `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-11 §3 and §4), after those of the limits before it.
 */
export function fieldWriter(name: string, { limit, windowMs }: Rate): (exchange: Exchange, decision: Decision) => void {
  // The draft counts windows in whole seconds; of any other it is better to say nothing.
  const policy = `"${name}";q=${limit}${windowMs % 1000 === 0 ? `;w=${windowMs / 1000}` : ''}`
  const start = `"${name}";r=`

  return (exchange, { remaining, resetMs }) => {
    const own = `${start}${remaining};t=${Math.ceil(resetMs / 1000)}`
    const before = exchange.state.get(fields) as Fields | undefined
    const all = before === undefined ? { policy, limit: own } : append(before, policy, own)
    exchange.state.set(fields, all)
    exchange.set('ratelimit-policy', all.policy)
    exchange.set('ratelimit', all.limit)
  }
}

function append(before: Fields, policy: string, limit: string): Fields {
  return { policy: `${before.policy}, ${policy}`, limit: `${before.limit}, ${limit}` }
}
