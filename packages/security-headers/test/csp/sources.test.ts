import { describe, expect, it } from 'vitest'
import { nonce, securityHeaders, type CspDirectives } from '../../src/index.ts'

const make = (given: unknown) =>
  securityHeaders({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'self'"], ...(given as CspDirectives) } },
  }).headers?.['content-security-policy']

/** What is sent for one directive. */
const sent = (name: keyof CspDirectives, value: unknown) => make({ [name]: value })?.replace(/^default-src 'self';/, '')

describe('a directive', () => {
  it.each([
    "'self'; script-src *",
    "'self', default-src *",
    "'self'\r\nX: y",
    "'self'\n",
    'https://bücher.example',
    'a\tb',
    '\0',
    '\u007f',
  ])('cannot hold %j', (source) => {
    expect(() => make({ scriptSrc: [source] })).toThrow(RangeError)
    expect(() => make({ scriptSrc: source })).toThrow(/'scriptSrc' must be visible ASCII without ';' and ','/)
  })

  it.each([5, [5], [undefined], undefined, false, true, {}, [Symbol('nonce')], [null], () => "'self'"])(
    'is not made of %o',
    (value) => {
      expect(() => make({ scriptSrc: value })).toThrow(TypeError)
      expect(() => make({ scriptSrc: value })).toThrow(/Cannot set contentSecurityPolicy as 'scriptSrc' must be/)
    },
  )

  it('takes any iterable', () => {
    expect(sent('imgSrc', new Set(["'self'", 'https://a.example']).values())).toBe("img-src 'self' https://a.example")
  })

  it('takes several sources in one text, as helmet does', () => {
    expect(sent('scriptSrc', "'self'  https://a.example")).toBe("script-src 'self' https://a.example")
    expect(sent('scriptSrc', ["'self' https://a.example"])).toBe("script-src 'self' https://a.example")
  })

  it.each(['imgSrc', 'script-src-attr', 'frameAncestors', 'sandbox'])(
    '%s does not take the nonce, which no browser reads there',
    (name) => {
      expect(() => make({ [name]: [nonce] })).toThrow(/cannot hold nonce: browsers heed it in default-src, script-src/)
    },
  )

  it('is refused by its own option', () => {
    expect(() => securityHeaders({ contentSecurityPolicyReportOnly: { directives: { imgSrc: ['a;b'] } } })).toThrow(
      /^Cannot set contentSecurityPolicyReportOnly as 'imgSrc'/,
    )
  })
})

describe('a keyword', () => {
  it.each<[keyof CspDirectives, string, string]>([
    ['scriptSrc', 'self', "'self'"],
    ['scriptSrc', 'Unsafe-Inline', "'Unsafe-Inline'"],
    ['script-src', 'strict-dynamic', "'strict-dynamic'"],
    ['scriptSrc', 'wasm-unsafe-eval', "'wasm-unsafe-eval'"],
    ['scriptSrc', 'trusted-types-eval', "'trusted-types-eval'"],
    ['imgSrc', 'none', "'none'"],
    ['frameAncestors', 'none', "'none'"],
    [
      'scriptSrc',
      'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    ],
    ['scriptSrc', 'nonce-r4nd0m', "'nonce-r4nd0m'"],
    ['requireTrustedTypesFor', 'script', "'script'"],
    ['trustedTypes', 'allow-duplicates', "'allow-duplicates'"],
    ['webrtc', 'block', "'block'"],
  ])('of %s is quoted for the caller: %s', (name, given, quoted) => {
    expect(sent(name, [given])?.split(' ')[1]).toBe(quoted)
  })

  it.each<[keyof CspDirectives, string]>([
    ['scriptSrc', "'SELF'"],
    ['scriptSrc', 'shelf'],
    ['scriptSrc', 'node'],
    ['connectSrc', 'api-gateway'],
    ['scriptSrc', "'unheard-of-permission'"],
    ['reportUri', '/self'],
    ['trustedTypes', 'my-policy'],
    ['sandbox', 'allow-scripts'],
    ['requireSriFor', 'script'],
  ])('is not made of what is none: %s %s', (name, given) => {
    expect(sent(name, [given])?.split(' ')[1]).toBe(given)
  })

  it.each<[keyof CspDirectives, string, string]>([
    ['scriptSrc', "'sefl'", "'self'"],
    ['scriptSrc', "'unsafe-inlin'", "'unsafe-inline'"],
    ['scriptSrc', 'unsafe-inlin', "'unsafe-inline'"],
    ['scriptSrc', "'strict-dynamc'", "'strict-dynamic'"],
    ['scriptSrc', "'self", "'self'"],
    ['scriptSrc', "self'", "'self'"],
    ['scriptSrc', '"self"', "'self'"],
    ['scriptSrc', '`none`', "'none'"],
    ['objectSrc', "'non'", "'none'"],
    ['sandbox', 'allow-script', 'allow-scripts'],
    ['sandbox', "'allow-scripts'", 'allow-scripts'],
    ['requireTrustedTypesFor', "'scripts'", "'script'"],
    ['trustedTypes', "'allow-duplicate'", "'allow-duplicates'"],
    ['webrtc', "'blok'", "'block'"],
  ])('of %s that is misspelt is refused: %s', (name, given, meant) => {
    expect(() => make({ [name]: [given] })).toThrow(RangeError)
    expect(() => make({ [name]: [given] })).toThrow(
      `Cannot set contentSecurityPolicy as '${name}' holds ${JSON.stringify(given)}, which browsers do not know: did you mean ${meant}?`,
    )
  })
})
