import { exchangeOf, type Exchange } from '@seawall/guard'
import { hasNonce, withNonce, type PolicyHeader } from './policy-header.ts'
import { randomNonce } from './random-nonce.ts'
import { requestCsp, type RequestCsp } from './request-csp.ts'

/**
 * The nonce of a request, for the `nonce` attribute of its page's `<script>` and `<style>` elements: made when it is
 * first read, the same for the whole request and for all its policies, and in their headers only if it was read. A page
 * that carries one must not be stored by a shared cache: where `Cache-Control` allows that, the channel
 * `seawall:security-headers:cacheable-nonce` says so. On a route that `csp.exempt` frees it can be read, and means nothing.
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
  const known = requestCsp(exchange)
  if (known === undefined || !isWanted(known))
    throw new Error('Cannot read a nonce as no policy of this request holds one: put nonce into a list of directives')
  return (known.nonce ??= issueNonce(exchange, known))
}

function isWanted({ enforced, reported, isExempt }: RequestCsp): boolean {
  return isExempt || hasNonce(enforced) || hasNonce(reported)
}

function issueNonce(exchange: Exchange, { enforced, reported }: RequestCsp): string {
  const value = randomNonce()
  try {
    put(exchange, enforced, value)
    put(exchange, reported, value)
  } catch (cause) {
    throw new Error('Cannot read a nonce as the head of the response has left: read it before the first write', {
      cause,
    })
  }
  return value
}

function put(exchange: Exchange, header: PolicyHeader | undefined, value: string): void {
  if (header !== undefined && hasNonce(header)) exchange.set(header.name, withNonce(header, value))
}
