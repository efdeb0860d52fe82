import { exchangeOf, type Exchange } from '@seawall/guard'
import { hasNonce, withNonce, type Policy } from './policy.ts'
import { randomNonce } from './random-nonce.ts'

/**
 * Stands for the request's nonce in a directive's list.
 *
 * @example
 * ```ts
 * import { nonce, securityHeaders } from '@seawall/security-headers'
 *
 * securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", nonce] } } })
 * ```
 */
export const nonce: unique symbol = Symbol('nonce')

/** What a request knows of its nonce. */
interface RequestNonce {
  /** `undefined` until it is read. */
  value: string | undefined
  /** The policies it goes into, by header. */
  readonly policies: Map<string, Policy>
}

const key = Symbol('seawall:security-headers:nonce')

/** Whether any policy of this process holds a nonce. While none does, requests need no state for it. */
let isInUse = false

/** Tells that a policy with a nonce has been made. */
export function expectNonces(): void {
  isInUse = true
}

/** Puts a request under a policy; the one it was under by the same header no longer counts. */
export function adoptPolicy(exchange: Exchange, policy: Policy): void {
  if (!isInUse) return
  let known = exchange.state.get(key) as RequestNonce | undefined
  if (known === undefined) {
    if (!hasNonce(policy)) return
    known = { value: undefined, policies: new Map() }
    exchange.state.set(key, known)
  }
  if (hasNonce(policy)) known.policies.set(policy.header, policy)
  else known.policies.delete(policy.header)
  if (known.value !== undefined) exchange.set(policy.header, withNonce(policy, known.value))
}

/**
 * The nonce of a request, for the `nonce` attribute of its page's `<script>` and `<style>` elements: made when it is
 * first read, the same for the whole request, and in the policy's header only if it was read. A page that carries one
 * must not be stored by a shared cache.
 *
 * @param request - The framework's own object: Node's and Express's request, Fastify's request, Koa's and Hono's context.
 *   An `Exchange` does as well.
 * @throws Error when no guard saw the request, when no policy it is under holds {@link nonce}, or when it is first read
 *   after the response's head has left.
 * @example
 * ```ts
 * import { guard } from '@seawall/guard/express'
 * import { nonce, nonceOf, securityHeaders } from '@seawall/security-headers'
 * import express from 'express'
 *
 * const app = express()
 * app.use(guard([securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: [nonce] } } })]))
 * app.get('/', (req, res) => void res.send(`<script nonce="${nonceOf(req)}">document.title = 'hello'</script>`))
 * ```
 */
export function nonceOf(request: object): string {
  const exchange = exchangeOf(request)
  if (exchange === undefined)
    throw new Error('Cannot read a nonce as no guard has seen this request: mount securityHeaders() before its handler')
  const known = exchange.state.get(key) as RequestNonce | undefined
  if (known === undefined || known.policies.size === 0)
    throw new Error('Cannot read a nonce as no policy of this request holds one: put nonce into a list of directives')
  return (known.value ??= issueNonce(exchange, known.policies))
}

function issueNonce(exchange: Exchange, policies: ReadonlyMap<string, Policy>): string {
  const value = randomNonce()
  try {
    for (const policy of policies.values()) exchange.set(policy.header, withNonce(policy, value))
  } catch (cause) {
    throw new Error('Cannot read a nonce as the head of the response has left: read it before the first write', {
      cause,
    })
  }
  return value
}
