import type { Exchange } from '@seawall/guard'
import { enforcedHeader, hasNonce, headerFor, reportedHeader, withNonce, type PolicyHeader } from './policy-header.ts'

/** What a request knows of its policies. */
export interface RequestCsp {
  enforced: PolicyHeader | undefined
  reported: PolicyHeader | undefined
  /** `undefined` until it is read. */
  nonce: string | undefined
  /** A route has taken a policy away: nonces may be read, and go nowhere. */
  isExempt: boolean
  /** Whether the head has been looked at for caches that may store the nonce. */
  isChecked: boolean
}

/** Whether policies are enforced, or only reported. */
export type Mode = 'enforced' | 'reported'

const key = Symbol('seawall:security-headers:csp')

/** The header of each mode. */
export const headerOf = { enforced: enforcedHeader, reported: reportedHeader } as const

/** Whether any policy of this process holds a nonce. While none does, requests need no state for it. */
let areNoncesInUse = false

/** Whether any route of this process changes policies. */
let areRoutesInUse = false

/** Tells that a policy with a nonce has been made. */
export function expectNonces(): void {
  areNoncesInUse = true
}

/** Tells that a guard that changes policies has been made. */
export function expectRoutes(): void {
  areRoutesInUse = true
}

/** What is known of a request's policies; `undefined` when nothing had to be. */
export function requestCsp(exchange: Exchange): RequestCsp | undefined {
  return exchange.state.get(key) as RequestCsp | undefined
}

/**
 * Puts a request under the policies of a mode; those it was under by the same header no longer count.
 *
 * @param isSent - Whether the header's plain value is among the response's constants.
 */
export function adopt(exchange: Exchange, mode: Mode, header: PolicyHeader, isSent: boolean): void {
  const asked = headerFor(header, exchange)
  const known = areNoncesInUse || areRoutesInUse ? track(exchange, asked) : undefined
  if (known === undefined) {
    if (!isSent || asked !== header) exchange.set(asked.name, asked.plain)
    return
  }
  known[mode] = asked
  if (known.nonce !== undefined) exchange.set(asked.name, withNonce(asked, known.nonce))
  else if (!isSent || asked !== header) exchange.set(asked.name, asked.plain)
}

/** Remembers that a guard with policies has seen the request, even where it has none to give. */
export function trackForRoutes(exchange: Exchange): void {
  if (areRoutesInUse && requestCsp(exchange) === undefined) exchange.state.set(key, newRequestCsp())
}

function track(exchange: Exchange, header: PolicyHeader): RequestCsp | undefined {
  const known = requestCsp(exchange)
  if (known !== undefined) return known
  if (!areRoutesInUse && !hasNonce(header)) return undefined
  const fresh = newRequestCsp()
  exchange.state.set(key, fresh)
  return fresh
}

function newRequestCsp(): RequestCsp {
  return { enforced: undefined, reported: undefined, nonce: undefined, isExempt: false, isChecked: false }
}
