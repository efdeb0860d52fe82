import type { Exchange, Guard, Reply } from '@seawall/guard'
import { boolean, checkOptions, type Rule } from '@seawall/options'
import { pathPatterns, pathTest } from './path-patterns.ts'
import { problem } from './problem.ts'

/** Whom to let in from elsewhere. */
export interface CrossOriginProtectionOptions {
  /**
   * Other origins whose pages may send requests that change something, as browsers write them: `https://shop.example`,
   * with a port if it is not the scheme's own, and nothing after it.
   *
   * @default []
   */
  readonly trustedOrigins?: readonly string[]
  /**
   * Requests that any page may make a browser send: `['POST /hooks/{name}']`. A pattern is a path as it is received, after
   * a method if only that one is meant; one that ends in `/` means all that is below, `{name}` a segment. Paths with `..`,
   * `//`, `%2e` or `%2f` are never let through.
   *
   * @default []
   */
  readonly bypass?: readonly string[]
  /**
   * Whether pages of the same site (`https://blog.shop.example` for `https://shop.example`) count as one's own. Then every
   * subdomain has to be as trustworthy as the service itself. Only `Sec-Fetch-Site` tells of sites: where a browser sends
   * none, such a page still has to be among `trustedOrigins`.
   *
   * @default false
   */
  readonly allowSameSite?: boolean
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
 * Stricter than Go in three points: `Origin` has to be of https, or of http where the client spoke no TLS; the opening of
 * a WebSocket is checked although it is a `GET`, since pages may open one across origins; and no path is tidied up before
 * it is compared with `bypass`. More lenient in one: a scheme's own port in the host makes no other origin.
 *
 * @throws TypeError or RangeError when an option is not what it must be.
 * @example
 * ```ts
 * import { crossOriginProtection } from '@seawall/security-headers'
 *
 * crossOriginProtection({ trustedOrigins: ['https://admin.shop.example'], bypass: ['POST /hooks/{name}'] })
 * ```
 */
export function crossOriginProtection(options: CrossOriginProtectionOptions = {}): Guard {
  checkOptions('create a cross-origin protection', options, {
    trustedOrigins: origins,
    bypass: pathPatterns,
    allowSameSite: boolean,
  })
  const { trustedOrigins = [], bypass = [], allowSameSite = false } = options
  const trusted = new Set(trustedOrigins)
  const bypasses = pathTest(bypass)
  return {
    name: 'cross-origin-protection',
    onRequest(exchange) {
      const refusal = verdict(exchange, allowSameSite)
      if (refusal === undefined) return undefined
      return trusted.has(exchange.header('origin') ?? '') || bypasses(exchange) ? undefined : refusal
    },
  }
}

function verdict(exchange: Exchange, allowSameSite: boolean): Reply | undefined {
  if (isSafe(exchange)) return undefined
  const site = exchange.header('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return undefined
  if (site === 'same-site' && allowSameSite) return undefined
  if (site !== undefined && site !== '') return crossSite
  const origin = exchange.header('origin')
  return origin === undefined || origin === '' || isOwn(origin, exchange) ? undefined : foreignOrigin
}

function isSafe(exchange: Exchange): boolean {
  const { method } = exchange
  if (method === 'GET') {
    const upgrade = exchange.header('upgrade')
    return upgrade === undefined || !upgrade.toLowerCase().includes('websocket')
  }
  return method === 'HEAD' || method === 'OPTIONS'
}

/**
 * Plain http here may be TLS at a proxy that nobody told us of, so either scheme will do then. An unknown host is no one's:
 * `null`, the origin of a sandboxed page, must not equal it.
 */
function isOwn(origin: string, { host, secure }: Exchange): boolean {
  if (host === undefined || host === '') return false
  if (isOriginOf(origin, 'https://', host, ':443')) return true
  return !secure && isOriginOf(origin, 'http://', host, ':80')
}

/** Browsers leave a scheme's own port out of origins; proxies may have put it into the host. */
function isOriginOf(origin: string, scheme: string, host: string, ownPort: string): boolean {
  if (!origin.startsWith(scheme)) return false
  const named = origin.length - scheme.length
  if (named === host.length) return origin.endsWith(host)
  return (
    host.endsWith(ownPort) && named === host.length - ownPort.length && host.startsWith(origin.slice(scheme.length))
  )
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, host } = new URL(text)
  return host !== '' && text === `${protocol}//${host}`
}

const crossSite = problem(403, 'Forbidden', 'A page of another site made the browser send this request.')
const foreignOrigin = problem(
  403,
  'Forbidden',
  'The page that sent this request is of another origin than the host it was sent to.',
)
