/** What goes into Strict-Transport-Security (RFC 6797). */
export interface StrictTransportSecurityOptions {
  /**
   * How long browsers remember, in seconds; with 0 they forget.
   *
   * @default 31536000
   */
  readonly maxAge?: number
  /**
   * Whether it holds for all subdomains too.
   *
   * @default true
   */
  readonly includeSubDomains?: boolean
  /**
   * Whether browsers may put the host on their preload lists. Wants `includeSubDomains` and a `maxAge` of at least
   * 31536000.
   *
   * @default false
   */
  readonly preload?: boolean
}

/** What goes into Cross-Origin-Embedder-Policy. */
export interface CrossOriginEmbedderPolicyOptions {
  /**
   * The policy.
   *
   * @default 'require-corp'
   */
  readonly policy?: 'require-corp' | 'credentialless' | 'unsafe-none'
}

/** What goes into Cross-Origin-Opener-Policy. */
export interface CrossOriginOpenerPolicyOptions {
  /**
   * The policy.
   *
   * @default 'same-origin'
   */
  readonly policy?: 'same-origin' | 'same-origin-allow-popups' | 'noopener-allow-popups' | 'unsafe-none'
}

/** What goes into Cross-Origin-Resource-Policy. */
export interface CrossOriginResourcePolicyOptions {
  /**
   * The policy.
   *
   * @default 'same-origin'
   */
  readonly policy?: 'same-origin' | 'same-site' | 'cross-origin'
}

/** A token of Referrer-Policy. */
export type ReferrerPolicyToken =
  | 'no-referrer'
  | 'no-referrer-when-downgrade'
  | 'same-origin'
  | 'origin'
  | 'strict-origin'
  | 'origin-when-cross-origin'
  | 'strict-origin-when-cross-origin'
  | 'unsafe-url'
  | ''

/** What goes into Referrer-Policy. */
export interface ReferrerPolicyOptions {
  /**
   * The policy; of several, browsers take the last that they know.
   *
   * @default 'no-referrer'
   */
  readonly policy?: ReferrerPolicyToken | readonly ReferrerPolicyToken[]
}

/** What goes into X-DNS-Prefetch-Control. */
export interface XDnsPrefetchControlOptions {
  /**
   * Whether browsers may look names up ahead of a click.
   *
   * @default false
   */
  readonly allow?: boolean
}

/** What goes into X-Frame-Options. */
export interface XFrameOptionsOptions {
  /**
   * Who may frame the page: nobody, or pages of the same origin.
   *
   * @default 'sameorigin'
   */
  readonly action?: 'deny' | 'sameorigin'
}

/** What goes into X-Permitted-Cross-Domain-Policies. */
export interface XPermittedCrossDomainPoliciesOptions {
  /**
   * Which policy files count.
   *
   * @default 'none'
   */
  readonly permittedPolicies?: 'none' | 'master-only' | 'by-content-type' | 'all'
}
