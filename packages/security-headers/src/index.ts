/**
 * Security headers, a Content-Security-Policy with nonces, and cross-origin protection, as guards.
 *
 * @module security-headers
 */
export { crossOriginProtection, type CrossOriginProtectionOptions } from './cross-origin-protection.ts'
export {
  dangerouslyDisableDefaultSrc,
  type CspDirectiveName,
  type CspDirectives,
  type CspDirectiveValue,
} from './csp/directives.ts'
export { nonce, nonceOf } from './csp/nonce.ts'
export type {
  ContentSecurityPolicyOptions,
  CrossOriginEmbedderPolicyOptions,
  CrossOriginOpenerPolicyOptions,
  CrossOriginResourcePolicyOptions,
  ReferrerPolicyOptions,
  ReferrerPolicyToken,
  StrictTransportSecurityOptions,
  XDnsPrefetchControlOptions,
  XFrameOptionsOptions,
  XPermittedCrossDomainPoliciesOptions,
} from './header-options.ts'
export type { SecurityHeadersOptions } from './options.ts'
export { securityHeaders } from './security-headers.ts'
