import { describe, expect, it } from 'vitest'
import { securityHeaders } from '../src/index.ts'

/** Options as JavaScript would pass them. */
function create(options: unknown): () => unknown {
  return () => securityHeaders(options as Parameters<typeof securityHeaders>[0])
}

const directives = (given: unknown) => create({ contentSecurityPolicy: { directives: given } })

describe('an unknown name', () => {
  it.each<[unknown, string]>([
    [{ contentSecurityPolcy: false }, `'contentSecurityPolcy' is not an option: did you mean 'contentSecurityPolicy'?`],
    [{ permissionPolicy: {} }, `did you mean 'permissionsPolicy'?`],
    [{ cookies: {} }, `'cookies' is not an option: known options are contentSecurityPolicy, `],
    [{ integrityPolicy: { blockedDestination: [] } }, `did you mean 'blockedDestinations'?`],
    [{ hst: true }, `did you mean 'hsts'?`],
    [{ hsts: { maxage: 1 } }, `Cannot set hsts as 'maxage' is not an option: did you mean 'maxAge'?`],
    [{ strictTransportSecurity: { includeSubdomains: true } }, `did you mean 'includeSubDomains'?`],
    [{ contentSecurityPolicy: { directive: {} } }, `did you mean 'directives'?`],
    [
      { referrerPolicy: { polcy: 'origin' } },
      `Cannot set referrerPolicy as 'polcy' is not an option: did you mean 'policy'?`,
    ],
    [{ frameguard: { actoin: 'deny' } }, `did you mean 'action'?`],
    [{ dnsPrefetchControl: { alow: true } }, `did you mean 'allow'?`],
    [{ xPermittedCrossDomainPolicies: { policies: 'none' } }, `'policies' is not an option`],
  ])('is refused: %j', (options, message) => {
    expect(create(options)).toThrow(TypeError)
    expect(create(options)).toThrow(message)
  })

  it.each<[Record<string, unknown>, string]>([
    [{ defualtSrc: ["'self'"] }, `'defualtSrc' is not a directive: did you mean 'defaultSrc'?`],
    [{ 'scirpt-src': ["'self'"] }, `did you mean 'script-src'?`],
    [{ imageSrc: ["'self'"] }, `did you mean 'imgSrc'?`],
    [{ baseURI: ["'self'"] }, `did you mean 'baseUri'?`],
    [{ frameAncestor: ["'self'"] }, `did you mean 'frameAncestors'?`],
    [{ cookies: ["'self'"] }, `known directives are defaultSrc, `],
    [JSON.parse('{"__proto__": ["x"]}') as Record<string, unknown>, `'__proto__' is not a directive`],
  ])('of a directive is refused: %j', (given, message) => {
    expect(directives(given)).toThrow(TypeError)
    expect(directives(given)).toThrow(message)
  })
})

describe('a value', () => {
  it.each<[unknown, string]>([
    [null, 'options must be an object'],
    [{ xFrameOptions: null }, `'xFrameOptions' must be true or false or an object: current value is null`],
    [{ noSniff: {} }, `'noSniff' must be true or false`],
    [{ dnsPrefetchControl: { allow: 'no' } }, `'allow' must be true or false: current value is "no"`],
    [{ contentSecurityPolicy: { reportOnly: 'yes' } }, `'reportOnly' must be true or false`],
    [{ contentSecurityPolicy: { directives: [] } }, `'directives' must be an object`],
    [{ referrerPolicy: { policy: false } }, `'policy' must be a string or an array of strings: current value is false`],
    [{ referrerPolicy: { policy: [5] } }, `'policy' must be a string or an array of strings`],
    [{ frameguard: { action: null } }, `'action' must be a string`],
    [{ hsts: { maxAge: '5' } }, `'maxAge' must be a number`],
  ])('of the wrong type is refused: %j', (options, message) => {
    expect(create(options)).toThrow(TypeError)
    expect(create(options)).toThrow(message)
  })

  it.each<[unknown, string]>([
    [{ referrerPolicy: { policy: 'none' } }, 'Referrer-Policy received an unexpected policy token "none"'],
    [{ xFrameOptions: { action: 'allow-from' } }, 'X-Frame-Options received an invalid action "allow-from"'],
    [{ crossOriginOpenerPolicy: { policy: 'open' } }, 'Cross-Origin-Opener-Policy does not support the "open" policy'],
    [{ hsts: true, strictTransportSecurity: true }, 'Strict-Transport-Security option was specified twice'],
    [{ contentSecurityPolicy: { directives: { defaultSrc: null } } }, 'needs a default-src'],
    [
      { contentSecurityPolicy: { directives: { scriptSrc: '*', 'script-src': '*' } } },
      'duplicate directive "script-src"',
    ],
  ])("that helmet refuses brings helmet's error: %j", (options, message) => {
    expect(create(options)).toThrow(message)
  })

  it('that is undefined counts as left out', () => {
    expect(create({ hsts: undefined, strictTransportSecurity: false, contentSecurityPolicy: undefined })).not.toThrow()
  })

  it.each([Number.POSITIVE_INFINITY, Number.NaN, -1, 1e21])('of maxAge cannot be %d', (maxAge) => {
    expect(create({ hsts: { maxAge } })).toThrow(RangeError)
  })
})

describe('preload', () => {
  it.each([{ includeSubDomains: false }, { maxAge: 31_535_999 }, { maxAge: 0, includeSubDomains: false }])(
    'is refused with %j',
    (rest) => {
      expect(create({ strictTransportSecurity: { preload: true, ...rest } })).toThrow(RangeError)
      expect(create({ hsts: { preload: true, ...rest } })).toThrow(/'preload' must be left out unless/)
    },
  )

  it('is accepted with a year and subdomains', () => {
    expect(create({ hsts: { preload: true } })).not.toThrow()
  })
})
