import type { Guard } from '@seawall/guard'
import type { HelmetOptions } from 'helmet'
import { applyCsp, compileCsp } from './csp/csp.ts'
import { toHelmetDirectives } from './csp/helmet-directives.ts'
import { helmetHeaders } from './helmet-headers.ts'
import { checkSecurityHeadersOptions, type SecurityHeadersOptions } from './options.ts'
import { checkPreload, takeHsts } from './strict-transport-security.ts'

/**
 * A guard that gives every response the headers that helmet gives for the same options. helmet runs here, once; what it
 * would do on each response is kept as constants.
 *
 * Three things are decided for each request: Strict-Transport-Security is sent only over TLS; plain http on localhost
 * is not told to `upgrade-insecure-requests`; and the policy holds a nonce if `nonceOf` was called.
 *
 * @throws TypeError or RangeError for an option that is unknown or wrong; an Error of helmet's for a value that helmet
 *   refuses.
 * @example
 * ```ts
 * import { securityHeaders } from '@seawall/security-headers'
 *
 * securityHeaders({ contentSecurityPolicy: { directives: { imgSrc: ["'self'", 'https://img.example'] } } })
 * ```
 */
export function securityHeaders(options: SecurityHeadersOptions = {}): Guard {
  checkSecurityHeadersOptions(options)
  const { set, remove } = helmetHeaders(toHelmetOptions(options))
  const hsts = takeHsts(set)
  const csp = compileCsp(set)
  return {
    name: 'security-headers',
    headers: Object.freeze(Object.fromEntries(set)),
    remove,
    onRequest(exchange) {
      if (hsts !== undefined && exchange.secure) exchange.set('strict-transport-security', hsts)
      if (csp !== undefined) applyCsp(exchange, csp)
      return undefined
    },
  }
}

function toHelmetOptions(options: SecurityHeadersOptions): HelmetOptions {
  const { contentSecurityPolicy: csp, strictTransportSecurity, hsts } = options
  for (const transport of [strictTransportSecurity, hsts]) if (typeof transport === 'object') checkPreload(transport)
  // helmet takes a name that is there with undefined for one that was given
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  if (typeof csp !== 'object' || csp.directives === undefined) return given
  return {
    ...given,
    contentSecurityPolicy: { ...csp, directives: toHelmetDirectives(csp.directives) },
  } as HelmetOptions
}
