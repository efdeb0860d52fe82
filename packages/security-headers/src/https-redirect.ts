import type { Exchange, Guard, Reply } from '@seawall/guard'
import { checkOptions, oneOf, type Rule } from '@seawall/options'
import { hiddenTls, hiddenTlsReporter, isMarkerProof, tlsMarker } from './hidden-tls.ts'
import { parseHost, type Host } from './host.ts'
import { pathPatterns, pathTest } from './path-patterns.ts'
import { problem } from './problem.ts'

/** Where plain http is sent. */
export interface HttpsRedirectOptions {
  /**
   * The status: 308 Permanent Redirect, or 301 Moved Permanently for `GET` and `HEAD`. Other methods always get 308, which
   * keeps method and body.
   *
   * @default 308
   */
  readonly status?: 308 | 301
  /** The host of the target, with its port if that is not 443. Left out: the host that was asked for. */
  readonly host?: string
  /**
   * The https port for each http port: `{ 8080: 8443 }`. A port that is not listed leads to 443. Not together with `host`.
   *
   * @default {}
   */
  readonly ports?: Readonly<Record<number, number>>
  /**
   * Paths that are answered over plain http, for certificate authorities and health checks:
   * `['/.well-known/acme-challenge/', '/healthz']`. A pattern is a path as it is received, after a method if only that one
   * is meant; one that ends in `/` means all that is below, `{name}` a segment. Paths with `..`, `//`, `%2e` or `%2f` are
   * never exempt.
   *
   * @default []
   */
  readonly exempt?: readonly string[]
  /**
   * What to do with a request that seems plain but shows signs of TLS that ended at a proxy, so that a redirect would lead
   * back to itself: `refuse` it with 421, or let it `pass`. Either is told on `seawall:security-headers:hidden-tls`.
   *
   * @default 'refuse'
   */
  readonly hiddenTls?: 'refuse' | 'pass'
}

const httpsHost: Rule = {
  must: `a host such as 'shop.example' or 'shop.example:8443'`,
  isType: (value) => typeof value === 'string',
  isInRange: (value) => parseHost((value as string).toLowerCase()) !== undefined,
}

const portMap: Rule = {
  must: 'an object of https ports by http port, such as { 8080: 8443 }',
  isType: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  isInRange: (value) => Object.entries(value as object).every(([from, to]) => isPort(Number(from)) && isPort(to)),
}

/**
 * A guard that sends plain http to the same place on https, for good and for every method. The target is made of the host
 * by the trusted-proxy rule, and only if that is well-formed; otherwise the answer is a 400. Whether the host is one of
 * yours is for `allowedHosts` to say: mount it before this one, or set `host`.
 *
 * The redirect is not to be stored (`no-store`): a cache that serves both schemes would hand it to those who are on https
 * already. Browsers remember through Strict-Transport-Security.
 *
 * It never loops. Where a proxy ends TLS without saying so in a way that counts, the request is refused with 421 rather
 * than redirected. The signs: a scheme header that is not trusted; a trusted proxy that sends an address and no scheme; a
 * cookie that came with the first redirect and that browsers keep over TLS only.
 *
 * @throws TypeError or RangeError when an option is not what it must be.
 * @example
 * ```ts
 * import { httpsRedirect } from '@seawall/security-headers'
 *
 * httpsRedirect({ exempt: ['/.well-known/acme-challenge/', '/healthz'] })
 * ```
 */
export function httpsRedirect(options: HttpsRedirectOptions = {}): Guard {
  checkOptions('create an https redirect', options, {
    status: oneOf(308, 301),
    host: httpsHost,
    ports: portMap,
    exempt: pathPatterns,
    hiddenTls: oneOf('refuse', 'pass'),
  })
  const { status = 308, host: fixed, ports = {}, exempt = [], hiddenTls: whenHidden = 'refuse' } = options
  if (fixed !== undefined && options.ports !== undefined)
    throw new TypeError(`Cannot create an https redirect as 'ports' must be left out when 'host' is given`)
  const authorityOf = authorityFinder(fixed, ports)
  const isExempt = pathTest(exempt)
  const report = hiddenTlsReporter()
  return {
    name: 'https-redirect',
    onRequest(exchange) {
      if (exchange.secure || isExempt(exchange)) return undefined
      const evidence = hiddenTls(exchange)
      if (evidence === undefined) return redirect(exchange, authorityOf(exchange.host), status)
      const passed = whenHidden === 'pass'
      report({ evidence, passed, path: exchange.path })
      return passed ? undefined : misdirected
    },
  }
}

const misdirected = problem(
  421,
  'Misdirected Request',
  'This service cannot tell whether the client used https, since a proxy in front does not say so in a way it trusts.',
)
const badRequest = problem(400, 'Bad Request', 'There is no https address for what was asked for.')

function redirect(exchange: Exchange, authority: string | undefined, status: 308 | 301): Reply {
  const target = targetOf(exchange)
  if (authority === undefined || target === undefined) return badRequest
  const { method } = exchange
  return {
    status: method === 'GET' || method === 'HEAD' ? status : 308,
    headers: {
      location: `https://${authority}${target}`,
      'cache-control': 'no-store',
      ...(isMarkerProof(exchange) ? { 'set-cookie': tlsMarker } : {}),
    },
  }
}

/** Path and query as received, in the characters that a URL may have; `undefined` for `*` and the like. */
function targetOf({ path, url }: Exchange): string | undefined {
  const query = url.indexOf('?')
  const target = query === -1 ? path : path + url.slice(query)
  if (!target.startsWith('/')) return undefined
  // Node gives each byte of a target as one character
  return target.replace(/[^!-~]/g, (character) => `%${(character.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`)
}

/** Makes the host and port of a target of those that were asked for. */
function authorityFinder(
  fixed: string | undefined,
  ports: Readonly<Record<number, number>>,
): (host: string | undefined) => string | undefined {
  if (fixed !== undefined) {
    const { name, port } = parseHost(fixed.toLowerCase()) as Host
    const authority = toAuthority(name, port)
    return () => authority
  }
  const known = new Map(Object.entries(ports).map(([from, to]) => [from, String(to)]))
  return (asked) => {
    const host = asked === undefined ? undefined : parseHost(asked)
    return host === undefined ? undefined : toAuthority(host.name, known.get(host.port ?? '80'))
  }
}

function toAuthority(name: string, port = '443'): string {
  return port === '443' ? name : `${name}:${port}`
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535
}
