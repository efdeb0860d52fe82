import { anyValue, boolean, checkOptions, either, number, record, type Rule, type Rules } from '@seawall/options'
import type {
  ContentSecurityPolicyOptions,
  CrossOriginEmbedderPolicyOptions,
  CrossOriginOpenerPolicyOptions,
  CrossOriginResourcePolicyOptions,
  ReferrerPolicyOptions,
  StrictTransportSecurityOptions,
  XDnsPrefetchControlOptions,
  XFrameOptionsOptions,
  XPermittedCrossDomainPoliciesOptions,
} from './header-options.ts'

/**
 * helmet's options, by helmet's names and with helmet's meaning: `false` leaves a header out, `true` or nothing takes
 * helmet's default, an object says more. A header has a modern name and, for some, an older one; only one may be used.
 */
export interface SecurityHeadersOptions {
  /** Content-Security-Policy: what a page may load and run. On by default. */
  readonly contentSecurityPolicy?: ContentSecurityPolicyOptions | boolean
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

const onOrOff = boolean
const onOffOrMore: Rule = either(boolean, record())

const rules: Rules<SecurityHeadersOptions> = {
  contentSecurityPolicy: onOffOrMore,
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
  hsts: onOffOrMore,
  noSniff: onOrOff,
  dnsPrefetchControl: onOffOrMore,
  ieNoOpen: onOrOff,
  frameguard: onOffOrMore,
  permittedCrossDomainPolicies: onOffOrMore,
  hidePoweredBy: onOrOff,
  xssFilter: onOrOff,
}

/** helmet itself checks policies and actions against the values that it knows. */
const policy: Rules<{ readonly policy?: unknown }> = { policy: anyValue }
const hsts: Rules<StrictTransportSecurityOptions> = {
  maxAge: number({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  includeSubDomains: boolean,
  preload: boolean,
}
const dnsPrefetch: Rules<XDnsPrefetchControlOptions> = { allow: boolean }
const frame: Rules<XFrameOptionsOptions> = { action: anyValue }
const permitted: Rules<XPermittedCrossDomainPoliciesOptions> = { permittedPolicies: anyValue }

const rulesOfHeader: { readonly [Name in keyof SecurityHeadersOptions]?: Readonly<Record<string, Rule>> } = {
  contentSecurityPolicy: { useDefaults: boolean, directives: record(), reportOnly: boolean },
  crossOriginEmbedderPolicy: policy,
  crossOriginOpenerPolicy: policy,
  crossOriginResourcePolicy: policy,
  referrerPolicy: policy,
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
