import type { IncomingMessage, ServerResponse } from 'node:http'
import { contentSecurityPolicy } from 'helmet'
import type { CspKeyword, CspSandboxToken } from './keywords.ts'

/**
 * Stands for the request's nonce in a directive's list.
 *
 * @example
 * ```ts
 * import { nonce, securityHeaders } from '@seawall/security-headers'
 *
 * securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", nonce] } } })
 * ```
 */
export const nonce: unique symbol = Symbol('nonce')

/**
 * As the value of `defaultSrc`, takes the directive out of the policy, which helmet refuses to do for `null`. Every kind
 * of source that the policy does not name is then allowed from everywhere.
 */
export const dangerouslyDisableDefaultSrc: typeof contentSecurityPolicy.dangerouslyDisableDefaultSrc =
  contentSecurityPolicy.dangerouslyDisableDefaultSrc

/**
 * The directives of Content-Security-Policy: those of CSP level 3 and its companions (Trusted Types, Mixed Content,
 * Upgrade Insecure Requests, Fenced Frame, WebRTC), and the retired ones that browsers still know by name.
 */
export const directiveNames = [
  'default-src',
  'script-src',
  'script-src-elem',
  'script-src-attr',
  'style-src',
  'style-src-elem',
  'style-src-attr',
  'img-src',
  'font-src',
  'connect-src',
  'media-src',
  'object-src',
  'child-src',
  'frame-src',
  'fenced-frame-src',
  'worker-src',
  'manifest-src',
  'prefetch-src',
  'base-uri',
  'form-action',
  'frame-ancestors',
  'navigate-to',
  'sandbox',
  'webrtc',
  'report-uri',
  'report-to',
  'require-trusted-types-for',
  'trusted-types',
  'require-sri-for',
  'plugin-types',
  'block-all-mixed-content',
  'upgrade-insecure-requests',
] as const

type Dashed = (typeof directiveNames)[number]
type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : S

/** The name of a directive, `script-src` or `scriptSrc`. */
export type CspDirectiveName = Dashed | CamelCase<Dashed>

/**
 * Makes a part of a directive for each request, as helmet's functions do: one source, or several with spaces between. On
 * runtimes other than Node there is no response, and the request is the framework's own object.
 */
export type CspFunction = (request: IncomingMessage, response: ServerResponse) => string

/** A source: a keyword, a scheme such as `https:`, a host, a hash. Keywords are quoted where the caller has not. */
export type CspSource = CspKeyword | 'https:' | 'data:' | 'blob:' | '*' | (string & {})

/**
 * What a directive allows: a string, or a list of strings, functions and {@link nonce}. `null` takes one of helmet's
 * default directives out of the policy; {@link dangerouslyDisableDefaultSrc} does so for `defaultSrc`.
 */
export type CspDirectiveValue<Source extends string = CspSource> =
  | Source
  | Iterable<Source | CspFunction | typeof nonce>
  | null
  | typeof dangerouslyDisableDefaultSrc

type SourceOf<Name extends Dashed> = Name extends 'sandbox'
  ? CspSandboxToken | (string & {})
  : Name extends 'require-trusted-types-for'
    ? "'script'" | (string & {})
    : Name extends 'trusted-types'
      ? "'allow-duplicates'" | "'none'" | '*' | (string & {})
      : Name extends 'webrtc'
        ? "'allow'" | "'block'" | (string & {})
        : Name extends 'report-to' | 'report-uri' | 'plugin-types' | 'require-sri-for'
          ? string
          : CspSource

/** The directives of a policy by name. */
export type CspDirectives = {
  readonly [Name in Dashed as Name | CamelCase<Name>]?: CspDirectiveValue<SourceOf<Name>>
}

/** The directives in which a browser looks for a nonce (CSP level 3, §6.7.2.3). */
export const nonceDirectives: ReadonlySet<string> = new Set([
  'default-src',
  'script-src',
  'script-src-elem',
  'style-src',
  'style-src-elem',
])

/** What a fetch directive that a policy does not name falls back to, nearest first (CSP level 3, §6.8.3). */
export const fallbacks: Readonly<Record<string, readonly string[]>> = {
  'script-src-elem': ['script-src', 'default-src'],
  'script-src-attr': ['script-src', 'default-src'],
  'style-src-elem': ['style-src', 'default-src'],
  'style-src-attr': ['style-src', 'default-src'],
  'worker-src': ['child-src', 'script-src', 'default-src'],
  'frame-src': ['child-src', 'default-src'],
  'fenced-frame-src': ['frame-src', 'child-src', 'default-src'],
  'script-src': ['default-src'],
  'style-src': ['default-src'],
  'img-src': ['default-src'],
  'font-src': ['default-src'],
  'connect-src': ['default-src'],
  'media-src': ['default-src'],
  'object-src': ['default-src'],
  'child-src': ['default-src'],
  'manifest-src': ['default-src'],
  'prefetch-src': ['default-src'],
}
