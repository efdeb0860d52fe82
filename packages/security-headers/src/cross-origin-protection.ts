import type { Exchange, Guard, Reply } from '@seawall/guard'
import { checkOptions, type Rule } from '@seawall/options'

/** Whom to let in from elsewhere. */
export interface CrossOriginProtectionOptions {
  /**
   * Other origins whose pages may send requests that change something, as browsers write them: `https://shop.example`,
   * with a port if it is not the scheme's own, and nothing after it.
   *
   * @default []
   */
  readonly trustedOrigins?: readonly string[]
}

const origins: Rule = {
  must: `an array of origins as browsers write them, such as 'https://shop.example'`,
  isType: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  isInRange: (value) => (value as string[]).every(isOrigin),
}

/**
 * A guard against cross-site request forgery that needs no token: it refuses requests that a page of another origin made
 * a browser send. The rule is that of `CrossOriginProtection` in Go 1.25's net/http: `GET`, `HEAD` and `OPTIONS` pass;
 * then `Sec-Fetch-Site` decides; where a browser sent none, `Origin` has to name the host that the request is for.
 * Clients that send neither are no browsers and pass. The refusal is a 403 with a problem document (RFC 9457).
 *
 * Stricter than Go in one point: over TLS, a page of the same host on plain http is another origin.
 *
 * @throws TypeError or RangeError when `trustedOrigins` is not a list of origins.
 * @example
 * ```ts
 * import { crossOriginProtection } from '@seawall/security-headers'
 *
 * crossOriginProtection({ trustedOrigins: ['https://admin.shop.example'] })
 * ```
 */
export function crossOriginProtection(options: CrossOriginProtectionOptions = {}): Guard {
  checkOptions('create a cross-origin protection', options, { trustedOrigins: origins })
  const { trustedOrigins = [] } = options
  const trusted = new Set(trustedOrigins)
  return { name: 'cross-origin-protection', onRequest: (exchange) => verdict(exchange, trusted) }
}

function verdict(exchange: Exchange, trusted: ReadonlySet<string>): Reply | undefined {
  const { method } = exchange
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return undefined
  const site = exchange.header('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return undefined
  const origin = exchange.header('origin')
  if (site !== undefined && site !== '') return isTrusted(origin, trusted) ? undefined : crossSite
  if (origin === undefined || origin === '' || isOwn(origin, exchange)) return undefined
  return isTrusted(origin, trusted) ? undefined : foreignOrigin
}

function isTrusted(origin: string | undefined, trusted: ReadonlySet<string>): boolean {
  return origin !== undefined && trusted.has(origin)
}

/**
 * Plain http here may be TLS at a proxy that nobody told us of, so either scheme will do then. An unknown host is no one's:
 * `null`, the origin of a sandboxed page, must not equal it.
 */
function isOwn(origin: string, { host, secure }: Exchange): boolean {
  if (host === undefined || host === '') return false
  return origin === `https://${host}` || (!secure && origin === `http://${host}`)
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, host } = new URL(text)
  return host !== '' && text === `${protocol}//${host}`
}

const crossSite = refusal('A page of another site made the browser send this request.')
const foreignOrigin = refusal('The page that sent this request is of another origin than the host it was sent to.')

function refusal(detail: string): Reply {
  return Object.freeze({
    status: 403,
    headers: Object.freeze({ 'content-type': 'application/problem+json' }),
    body: JSON.stringify({ type: 'about:blank', title: 'Forbidden', status: 403, detail }),
  })
}
