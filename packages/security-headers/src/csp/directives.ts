import { contentSecurityPolicy } from 'helmet'
import type { nonce } from './nonce.ts'

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

/** The directives in which a browser looks for a nonce (CSP level 3, §6.7.2.3). */
export const nonceDirectives: ReadonlySet<string> = new Set([
  'default-src',
  'script-src',
  'script-src-elem',
  'style-src',
  'style-src-elem',
])

type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : S

/** The name of a directive, `script-src` or `scriptSrc`. */
export type CspDirectiveName = (typeof directiveNames)[number] | CamelCase<(typeof directiveNames)[number]>

/**
 * As the value of `defaultSrc`, takes the directive out of the policy, which helmet refuses to do for `null`. Every kind
 * of source that the policy does not name is then allowed from everywhere.
 */
export const dangerouslyDisableDefaultSrc: typeof contentSecurityPolicy.dangerouslyDisableDefaultSrc =
  contentSecurityPolicy.dangerouslyDisableDefaultSrc

/**
 * What a directive allows: a string, or a list of strings and {@link nonce}. `null` takes one of helmet's default
 * directives out of the policy; {@link dangerouslyDisableDefaultSrc} does so for `defaultSrc`.
 */
export type CspDirectiveValue = string | Iterable<string | typeof nonce> | null | typeof dangerouslyDisableDefaultSrc

/** The directives of a policy by name. */
export type CspDirectives = { readonly [Name in CspDirectiveName]?: CspDirectiveValue }
