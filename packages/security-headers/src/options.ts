import { arrayOf, boolean, checkOptions, either, number, oneOf, record, type Rule, type Rules } from '@seawall/options'
import { cspRules, type CspOptions } from './csp/csp-options.ts'
import type {
  CrossOriginEmbedderPolicyOptions,
  CrossOriginOpenerPolicyOptions,
  CrossOriginResourcePolicyOptions,
  ReferrerPolicyOptions,
  StrictTransportSecurityOptions,
  XDnsPrefetchControlOptions,
  XFrameOptionsOptions,
  XPermittedCrossDomainPoliciesOptions,
} from './header-options.ts'
import type {
  CrossOriginEmbedderPolicyReportOnlyOptions,
  CrossOriginOpenerPolicyReportOnlyOptions,
} from './headers/cross-origin-report-only.ts'
import type { DocumentPolicy } from './headers/document-policy.ts'
import type { IntegrityPolicyOptions } from './headers/integrity-policy.ts'
import type { PermissionsPolicy } from './headers/permissions-policy.ts'
import type { ReportingEndpoints } from './headers/reporting-endpoints.ts'

/**
 * helmet's options, by helmet's names and with helmet's meaning, and those for headers that helmet does not have. Of
 * helmet's, `false` leaves a header out, `true` or nothing takes helmet's default, an object says more. A header has a
 * modern name and, for some, an older one; only one may be used. All others are off unless they are given.
 */
export interface SecurityHeadersOptions extends CspOptions {
  /** Cross-Origin-Embedder-Policy: what a page may embed. Off by default. */
  readonly crossOriginEmbedderPolicy?: CrossOriginEmbedderPolicyOptions | boolean
  /** Cross-Origin-Opener-Policy: which windows keep a handle on each other. On by default. */
  readonly crossOriginOpenerPolicy?: CrossOriginOpenerPolicyOptions | boolean
  /** Cross-Origin-Resource-Policy: who may load the response. On by default. */
  readonly crossOriginResourcePolicy?: CrossOriginResourcePolicyOptions | boolean
  /** Origin-Agent-Cluster: a process of its own for the origin. On by default. */
  readonly originAgentCluster?: boolean
  /** Referrer-Policy: what links tell about where they were. On by default. */
  readonly referrerPolicy?: ReferrerPolicyOptions | boolean
  /** Strict-Transport-Security: https from now on. On by default, and only ever sent over TLS (RFC 6797 §7.2). */
  readonly strictTransportSecurity?: StrictTransportSecurityOptions | boolean
  /** X-Content-Type-Options: no guessing of content types. On by default. */
  readonly xContentTypeOptions?: boolean
  /** X-DNS-Prefetch-Control: whether names are looked up ahead. On by default, with the value `off`. */
  readonly xDnsPrefetchControl?: XDnsPrefetchControlOptions | boolean
  /** X-Download-Options: for Internet Explorer 8. On by default. */
  readonly xDownloadOptions?: boolean
  /** X-Frame-Options: who may frame the page, for browsers without `frame-ancestors`. On by default. */
  readonly xFrameOptions?: XFrameOptionsOptions | boolean
  /** X-Permitted-Cross-Domain-Policies: for Adobe's products. On by default. */
  readonly xPermittedCrossDomainPolicies?: XPermittedCrossDomainPoliciesOptions | boolean
  /** Whether X-Powered-By is taken out of responses. On by default. */
  readonly xPoweredBy?: boolean
  /** X-XSS-Protection: `0`, since the filter of old browsers did harm. On by default. */
  readonly xXssProtection?: boolean
  /** Permissions-Policy: which features of the browser the page and its frames may use. */
  readonly permissionsPolicy?: PermissionsPolicy | false
  /** Permissions-Policy-Report-Only: the same, only reported. */
  readonly permissionsPolicyReportOnly?: PermissionsPolicy | false
  /** Reporting-Endpoints: where browsers send reports. Every name that another header reports to must be here. */
  readonly reportingEndpoints?: ReportingEndpoints | false
  /** Integrity-Policy: no script or style sheet without an `integrity` attribute. */
  readonly integrityPolicy?: IntegrityPolicyOptions | false
  /** Integrity-Policy-Report-Only: the same, only reported. */
  readonly integrityPolicyReportOnly?: IntegrityPolicyOptions | false
  /** Cross-Origin-Opener-Policy-Report-Only: an opener policy to try. */
  readonly crossOriginOpenerPolicyReportOnly?: CrossOriginOpenerPolicyReportOnlyOptions | false
  /** Cross-Origin-Embedder-Policy-Report-Only: an embedder policy to try. */
  readonly crossOriginEmbedderPolicyReportOnly?: CrossOriginEmbedderPolicyReportOnlyOptions | false
  /** Document-Policy: how the document behaves. */
  readonly documentPolicy?: DocumentPolicy | false
  /** Document-Policy-Report-Only: the same, only reported. */
  readonly documentPolicyReportOnly?: DocumentPolicy | false
  /**
   * Whether responses that the application gives no Cache-Control are not to be stored: `no-store`.
   *
   * @default false
   */
  readonly noStore?: boolean
  /**
   * Whether headers that tell which software answers are taken out of responses: those that the OWASP Secure Headers
   * Project lists, `Server`, `X-AspNet-Version` and the like.
   *
   * @default false
   */
  readonly removeFingerprints?: boolean
  /** The older name of `strictTransportSecurity`. */
  readonly hsts?: StrictTransportSecurityOptions | boolean
  /** The older name of `xContentTypeOptions`. */
  readonly noSniff?: boolean
  /** The older name of `xDnsPrefetchControl`. */
  readonly dnsPrefetchControl?: XDnsPrefetchControlOptions | boolean
  /** The older name of `xDownloadOptions`. */
  readonly ieNoOpen?: boolean
  /** The older name of `xFrameOptions`. */
  readonly frameguard?: XFrameOptionsOptions | boolean
  /** The older name of `xPermittedCrossDomainPolicies`. */
  readonly permittedCrossDomainPolicies?: XPermittedCrossDomainPoliciesOptions | boolean
  /** The older name of `xPoweredBy`. */
  readonly hidePoweredBy?: boolean
  /** The older name of `xXssProtection`. */
  readonly xssFilter?: boolean
}

/** The modern name of each older one. */
export const modernNames = {
  hsts: 'strictTransportSecurity',
  noSniff: 'xContentTypeOptions',
  dnsPrefetchControl: 'xDnsPrefetchControl',
  ieNoOpen: 'xDownloadOptions',
  frameguard: 'xFrameOptions',
  permittedCrossDomainPolicies: 'xPermittedCrossDomainPolicies',
  hidePoweredBy: 'xPoweredBy',
  xssFilter: 'xXssProtection',
} as const satisfies { readonly [Name in keyof SecurityHeadersOptions]?: keyof SecurityHeadersOptions }

/** An older name. */
export type OlderName = keyof typeof modernNames

const onOrOff = boolean
const onOffOrMore: Rule = either(boolean, record())
const offOrMore: Rule = either(oneOf(false), record())

const rules: Rules<SecurityHeadersOptions> = {
  ...cspRules,
  crossOriginEmbedderPolicy: onOffOrMore,
  crossOriginOpenerPolicy: onOffOrMore,
  crossOriginResourcePolicy: onOffOrMore,
  originAgentCluster: onOrOff,
  referrerPolicy: onOffOrMore,
  strictTransportSecurity: onOffOrMore,
  xContentTypeOptions: onOrOff,
  xDnsPrefetchControl: onOffOrMore,
  xDownloadOptions: onOrOff,
  xFrameOptions: onOffOrMore,
  xPermittedCrossDomainPolicies: onOffOrMore,
  xPoweredBy: onOrOff,
  xXssProtection: onOrOff,
  permissionsPolicy: offOrMore,
  permissionsPolicyReportOnly: offOrMore,
  reportingEndpoints: offOrMore,
  integrityPolicy: offOrMore,
  integrityPolicyReportOnly: offOrMore,
  crossOriginOpenerPolicyReportOnly: offOrMore,
  crossOriginEmbedderPolicyReportOnly: offOrMore,
  documentPolicy: offOrMore,
  documentPolicyReportOnly: offOrMore,
  noStore: onOrOff,
  removeFingerprints: onOrOff,
  hsts: onOffOrMore,
  noSniff: onOrOff,
  dnsPrefetchControl: onOffOrMore,
  ieNoOpen: onOrOff,
  frameguard: onOffOrMore,
  permittedCrossDomainPolicies: onOffOrMore,
  hidePoweredBy: onOrOff,
  xssFilter: onOrOff,
}

/** helmet itself checks words against those that it knows. */
const word: Rule = { must: 'a string', isType: (value) => typeof value === 'string' }
const policy: Rules<{ readonly policy?: unknown }> = { policy: word }
const referrer: Rules<ReferrerPolicyOptions> = { policy: either(word, arrayOf(word, 'an array of strings')) }
const hsts: Rules<StrictTransportSecurityOptions> = {
  maxAge: number({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  includeSubDomains: boolean,
  preload: boolean,
}
const dnsPrefetch: Rules<XDnsPrefetchControlOptions> = { allow: boolean }
const frame: Rules<XFrameOptionsOptions> = { action: word }
const permitted: Rules<XPermittedCrossDomainPoliciesOptions> = { permittedPolicies: word }

const rulesOfHeader: { readonly [Name in keyof SecurityHeadersOptions]?: Readonly<Record<string, Rule>> } = {
  crossOriginEmbedderPolicy: policy,
  crossOriginOpenerPolicy: policy,
  crossOriginResourcePolicy: policy,
  referrerPolicy: referrer,
  strictTransportSecurity: hsts,
  hsts,
  xDnsPrefetchControl: dnsPrefetch,
  dnsPrefetchControl: dnsPrefetch,
  xFrameOptions: frame,
  frameguard: frame,
  xPermittedCrossDomainPolicies: permitted,
  permittedCrossDomainPolicies: permitted,
}

/**
 * Checks what helmet lets pass: unknown names, and values of the wrong type.
 *
 * @throws TypeError or RangeError for the first bad option.
 */
export function checkSecurityHeadersOptions(options: SecurityHeadersOptions): void {
  checkOptions('create security headers', options, rules)
  for (const [name, rulesOfOne] of Object.entries(rulesOfHeader)) {
    const value = options[name as keyof SecurityHeadersOptions]
    if (typeof value === 'object') checkOptions<object>(`set ${name}`, value, rulesOfOne)
  }
}
