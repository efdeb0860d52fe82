import type { Exchange } from '@seawall/guard'
import { isLocalhost } from '../localhost.ts'
import { adoptPolicy, expectNonces } from './nonce.ts'
import { compilePolicy, hasNonce, withoutDirective, type Policy } from './policy.ts'

const headerNames = ['content-security-policy', 'content-security-policy-report-only']

/** A Content-Security-Policy in the two forms that requests need. */
export interface Csp {
  readonly everywhere: Policy
  /** Over plain http on this very machine, where Safari would upgrade to a TLS that is not there. */
  readonly onLocalhost: Policy
}

/** The policy among recorded headers, compiled. Leaves its constant form there. */
export function compileCsp(headers: Map<string, string>): Csp | undefined {
  const header = headerNames.find((name) => headers.has(name))
  if (header === undefined) return undefined
  const text = headers.get(header) ?? ''
  const everywhere = compilePolicy(header, text)
  const onLocalhost = compilePolicy(header, withoutDirective(text, 'upgrade-insecure-requests'))
  headers.set(header, everywhere.plain)
  if (hasNonce(everywhere)) expectNonces()
  return { everywhere, onLocalhost }
}

/** Puts a request under the policy. Its constant form is on the response already. */
export function applyCsp(exchange: Exchange, { everywhere, onLocalhost }: Csp): void {
  const isLocal = !exchange.secure && isLocalhost(exchange.host)
  // even where both forms are the same, since a guard mounted before may have set its own
  if (isLocal) exchange.set(onLocalhost.header, onLocalhost.plain)
  adoptPolicy(exchange, isLocal ? onLocalhost : everywhere)
}
