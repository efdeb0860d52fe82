import type { Guard } from '@seawall/guard'
import type { HelmetOptions } from 'helmet'
import { addedHeaders } from './added-headers.ts'
import { compileCsp } from './csp/csp.ts'
import { fingerprints } from './headers/fingerprints.ts'
import { helmetHeaders } from './helmet-headers.ts'
import { checkSecurityHeadersOptions, type SecurityHeadersOptions } from './options.ts'
import { checkPreload, takeHsts } from './strict-transport-security.ts'

/**
 * A guard that gives every response the headers that helmet gives for the same options, and those that helmet does not
 * have. helmet runs here, once; what it would do on each response is kept as constants.
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
 * securityHeaders({ permissionsPolicy: { camera: [], geolocation: ['self', 'https://maps.example'] } })
 * ```
 */
export function securityHeaders(options: SecurityHeadersOptions = {}): Guard {
  checkSecurityHeadersOptions(options)
  const csp = compileCsp(options)
  const { set, remove } = helmetHeaders(toHelmetOptions(options))
  const hsts = takeHsts(set)
  const headers = { ...csp.headers, ...Object.fromEntries(set), ...addedHeaders(options, csp.reportGroups) }
  return {
    name: 'security-headers',
    headers: Object.freeze(headers),
    remove: options.removeFingerprints === true ? withFingerprints(options, remove) : remove,
    onRequest(exchange) {
      if (hsts !== undefined && exchange.secure) exchange.set('strict-transport-security', hsts)
      csp.onRequest(exchange)
      return undefined
    },
    ...(csp.onHead && { onHead: csp.onHead }),
  }
}

/** Without what is undefined: helmet takes a name that is there for one that was given. Names it does not know it ignores. */
function toHelmetOptions(options: SecurityHeadersOptions): HelmetOptions {
  for (const transport of [options.strictTransportSecurity, options.hsts])
    if (typeof transport === 'object') checkPreload(transport)
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(given), contentSecurityPolicy: false } as HelmetOptions
}

/** All of them, but for the one that the caller wants to keep. */
function withFingerprints({ xPoweredBy, hidePoweredBy }: SecurityHeadersOptions, remove: readonly string[]): string[] {
  const keeps = xPoweredBy === false || hidePoweredBy === false
  return [...new Set([...remove, ...fingerprints.filter((name) => !keeps || name !== 'x-powered-by')])]
}
