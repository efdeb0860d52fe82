/**
 * Everything a browser can be told and every request that should not come in, as guards: headers, Content-Security-Policy,
 * https redirect, hosts, cross-origin protection, cookies and reports.
 *
 * @module security-headers
 */
export { allowedHosts, type AllowedHostsOptions } from './allowed-hosts.ts'
export { clearSiteData, type SiteDataType } from './clear-site-data.ts'
export type { CookieFinding, CookieMessage } from './cookie-channel.ts'
export type { CookiePolicy, SameSite, SecureCookiesOptions } from './cookie-policy.ts'
export type { PrefixFault } from './cookie-prefix.ts'
export { crossOriginProtection, type CrossOriginProtectionOptions } from './cross-origin-protection.ts'
export type { CacheableNonceMessage } from './csp/cacheable-nonce.ts'
export type {
  ContentSecurityPolicyOption,
  ContentSecurityPolicyOptions,
  CspLintOptions,
  CspOptions,
} from './csp/csp-options.ts'
export {
  dangerouslyDisableDefaultSrc,
  nonce,
  type CspDirectiveName,
  type CspDirectives,
  type CspDirectiveValue,
  type CspFunction,
  type CspSource,
} from './csp/directives.ts'
export type { CspFinding, CspFindingId, CspLevel } from './csp/finding.ts'
export type { CspKeyword, CspSandboxToken } from './csp/keywords.ts'
export { lintCsp, type LintCspOptions } from './csp/lint-csp.ts'
export { nonceOf } from './csp/nonce.ts'
export { csp, type RouteCsp, type RoutePolicyOptions } from './csp/route-policy.ts'
export type {
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
export type {
  CrossOriginEmbedderPolicyReportOnlyOptions,
  CrossOriginOpenerPolicyReportOnlyOptions,
} from './headers/cross-origin-report-only.ts'
export type { DocumentPolicy, DocumentPolicyValue, ReportedDocumentPolicyValue } from './headers/document-policy.ts'
export type { IntegrityPolicyOptions } from './headers/integrity-policy.ts'
export type {
  PermissionsPolicy,
  PermissionsPolicyAllowlist,
  PermissionsPolicyFeature,
  ReportedPermissionsPolicyAllowlist,
} from './headers/permissions-policy.ts'
export type { ReportingEndpoints } from './headers/reporting-endpoints.ts'
export type { HiddenTlsEvidence, HiddenTlsMessage } from './hidden-tls.ts'
export { inlineHash, type HashAlgorithm } from './inline-hash.ts'
export { integrityManifest, type IntegrityEntry, type IntegrityManifest } from './integrity-manifest.ts'
export { integrityOf, type Integrity } from './integrity-of.ts'
export { httpsRedirect, type HttpsRedirectOptions } from './https-redirect.ts'
export { reportCollector } from './report-collector.ts'
export type { ReportCollectorOptions } from './reports/options.ts'
export type { Report, ReportBody } from './reports/report.ts'
export { secureCookies } from './secure-cookies.ts'
export type { SecurityHeadersOptions } from './options.ts'
export { api, site, strict } from './presets.ts'
export { securityHeaders } from './security-headers.ts'
export { type PolicyChange, suggestPolicyChange } from './suggest-policy-change.ts'
