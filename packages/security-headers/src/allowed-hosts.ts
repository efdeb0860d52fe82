import type { Guard } from '@seawall/guard'
import { checkOptions, oneOf, type Rule } from '@seawall/options'
import { isAddress, maxHostLength, parseHost, type Host } from './host.ts'
import { pathPatterns, pathTest } from './path-patterns.ts'
import { problem } from './problem.ts'

/** How hosts are refused. */
export interface AllowedHostsOptions {
  /**
   * The status of the refusal: 400 Bad Request, or 421 Misdirected Request (RFC 9110 §15.5.20), on which a client may try
   * another connection.
   *
   * @default 400
   */
  readonly status?: 400 | 421
  /**
   * Paths that are answered whatever the host, for load balancers that ask by address: `['/healthz']`. A pattern is a path
   * as it is received, after a method if only that one is meant; one that ends in `/` means all that is below, `{name}` a
   * segment. Paths with `..`, `//`, `%2e` or `%2f` are never exempt.
   *
   * @default []
   */
  readonly exempt?: readonly string[]
}

/** How many verdicts are kept before they are begun anew: hosts are what clients write. */
const maxVerdicts = 1024

const hostPatterns: Rule = {
  must: `an array of at least one host such as 'shop.example', '.shop.example', 'shop.example:8443' or '*'`,
  isType: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  isInRange: (value) => (value as string[]).length > 0 && (value as string[]).every(isPattern),
}

/**
 * A guard that answers only for hosts that are known, so that nothing built from the host (links, redirects, cache keys)
 * can be an attacker's. Django's rules, and stricter: a host is compared in lower case and without one trailing dot;
 * `shop.example` is itself, `.shop.example` the domain and all below, `*` every well-formed host; ports do not matter
 * unless a pattern has one. A request without a host, with several, or with one that is not well-formed is refused, by a
 * problem document (RFC 9457) that does not repeat it.
 *
 * @param patterns - The hosts.
 * @throws TypeError or RangeError for what is no host pattern, and for a bad option.
 * @example
 * ```ts
 * import { allowedHosts } from '@seawall/security-headers'
 *
 * allowedHosts(['shop.example', '.shop.example'], { exempt: ['/healthz'] })
 * ```
 */
export function allowedHosts(patterns: readonly string[], options: AllowedHostsOptions = {}): Guard {
  checkOptions('create allowed hosts', { patterns }, { patterns: hostPatterns }, ['patterns'])
  checkOptions('create allowed hosts', options, { status: oneOf(400, 421), exempt: pathPatterns })
  const { status = 400, exempt = [] } = options
  const isAllowed = remember(hostTest(patterns))
  const isExempt = pathTest(exempt)
  const refusal = status === 421 ? misdirected : badRequest
  return {
    name: 'allowed-hosts',
    onRequest: (exchange) => (isAllowed(exchange.host) || isExempt(exchange) ? undefined : refusal),
  }
}

const detail = 'This service does not answer for the host that was asked for.'
const badRequest = problem(400, 'Bad Request', detail)
const misdirected = problem(421, 'Misdirected Request', detail)

function isPattern(pattern: string): boolean {
  if (pattern === '*') return true
  const host = parseHost(withoutDot(pattern.toLowerCase()))
  return host !== undefined && !(pattern.startsWith('.') && isAddress(host.name))
}

function withoutDot(pattern: string): string {
  return pattern.startsWith('.') ? pattern.slice(1) : pattern
}

type HostTest = (host: Host) => boolean

function hostTest(patterns: readonly string[]): HostTest {
  const tests = patterns.map((pattern) => patternTest(pattern.toLowerCase()))
  return (host) => tests.some((test) => test(host))
}

function patternTest(pattern: string): HostTest {
  if (pattern === '*') return () => true
  const { name, port } = parseHost(withoutDot(pattern)) as Host
  const below = pattern.startsWith('.') ? `.${name}` : undefined
  return (host) =>
    (port === undefined || port === host.port) &&
    (host.name === name || (below !== undefined && host.name.endsWith(below)))
}

function remember(test: HostTest): (text: string | undefined) => boolean {
  const verdicts = new Map<string, boolean>()
  return (text) => {
    if (text === undefined || text.length > maxHostLength) return false
    const known = verdicts.get(text)
    if (known !== undefined) return known
    const host = parseHost(text)
    const verdict = host !== undefined && test(host)
    if (verdicts.size >= maxVerdicts) verdicts.clear()
    verdicts.set(text, verdict)
    return verdict
  }
}
