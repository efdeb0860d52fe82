import type { Exchange, Guard, Head } from '@seawall/guard'
import { reportCacheableNonce } from './cacheable-nonce.ts'
import type { Change } from './change-policy.ts'
import { nonce } from './directives.ts'
import { lintRoutePolicies } from './lint-policies.ts'
import {
  compileHeader,
  enforcedHeader,
  headerFor,
  reportedHeader,
  withNonce,
  type PolicyHeader,
} from './policy-header.ts'
import type { Policy } from './policy.ts'
import { expectNonces, expectRoutes, headerOf, requestCsp, type Mode, type RequestCsp } from './request-csp.ts'

/** Stands in a header that is to go, until the head leaves. Browsers would ignore it. */
const exemption = 'seawall-exempt'

/** A guard that changes the policies of the requests it sees, which another guard has to have put on them before. */
export function routeGuard(
  name: 'update' | 'replace' | 'exempt' | 'reportOnly',
  changes: readonly Change[],
  change: (exchange: Exchange, known: RequestCsp) => void,
): Guard {
  expectRoutes()
  const addsNonce = changes.some(({ sources }) => sources?.includes(nonce))
  if (addsNonce) expectNonces()
  const removes = name === 'exempt' || name === 'reportOnly'
  return {
    name: `csp-${name}`,
    onRequest(exchange) {
      const known = requestCsp(exchange)
      if (known === undefined)
        throw new Error(`Cannot ${name} a policy as no guard before has set one: mount securityHeaders() first`)
      change(exchange, known)
      return undefined
    },
    ...(removes ? { onHead: (exchange, head) => removeExempt(exchange, head) } : {}),
    ...(addsNonce && !removes ? { onHead: reportCacheableNonce } : {}),
  }
}

/** Puts a request under other policies. */
export function apply(exchange: Exchange, known: RequestCsp, mode: Mode, header: PolicyHeader): void {
  const asked = headerFor(header, exchange)
  known[mode] = asked
  exchange.set(asked.name, known.nonce === undefined ? asked.plain : withNonce(asked, known.nonce))
}

/** Takes the policies of a mode from a request. */
export function drop(exchange: Exchange, known: RequestCsp, mode: Mode): void {
  if (known[mode] === undefined) return
  known[mode] = undefined
  exchange.set(headerOf[mode], exemption)
}

function removeExempt(exchange: Exchange, head: Head): void {
  for (const name of [enforcedHeader, reportedHeader]) if (head.get(name) === exemption) head.delete(name)
  reportCacheableNonce(exchange, head)
}

/**
 * Compiles what a route's policies have become.
 *
 * @throws RangeError when nothing is left of them.
 */
export function compileRoute(name: string, header: PolicyHeader['name'], policies: readonly Policy[]): PolicyHeader {
  const compiled = compileHeader(header, policies)
  if (compiled === undefined)
    throw new RangeError(`Cannot ${name} a policy as no directive of it would be left: use csp.exempt()`)
  lintRoutePolicies(compiled.name === reportedHeader, compiled.policies)
  return compiled
}

/** One result for each distinct header, for as long as that lives; one made for a request counts as its origin. */
export function remember<T>(make: (header: PolicyHeader) => T): (header: PolicyHeader) => T {
  const known = new WeakMap<PolicyHeader, T>()
  return (header) => {
    const source = header.origin ?? header
    const before = known.get(source)
    if (before !== undefined) return before
    const made = make(source)
    known.set(source, made)
    return made
  }
}
