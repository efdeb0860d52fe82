import { protect } from '@seawall/guard/node'
import { describe, expect, it } from 'vitest'
import { api, nonce, nonceOf, securityHeaders, site, strict, type SecurityHeadersOptions } from '../src/index.ts'
import { frameworks } from './frameworks.ts'
import { open, serve } from './serve.ts'

const overTls = { headers: { 'x-forwarded-proto': 'https' } }
const headersOf = (options: SecurityHeadersOptions) => securityHeaders(options).headers ?? {}
const directivesOf = (options: SecurityHeadersOptions): Record<string, string> => {
  const policy = headersOf(options)['content-security-policy'] ?? ''
  return Object.fromEntries(
    policy.split(';').map((text): [string, string] => [text.replace(/ .*/, ''), text.replace(/^\S+ ?/, '')]),
  )
}

describe.each(Object.entries(frameworks))('on %s', (_name, start) => {
  it('strict trusts scripts and styles by the nonce of the request', async () => {
    const ask = await open(await start([securityHeaders(strict())], (request) => nonceOf(request)))
    const { headers, body } = await ask('/', overTls)
    const policy = headers['content-security-policy']
    expect(policy).toContain(
      `script-src 'strict-dynamic' 'nonce-${body}' https: 'unsafe-inline';style-src 'nonce-${body}';`,
    )
    expect(headers['strict-transport-security']).toBe('max-age=63072000; includeSubDomains')
  })

  it('site trusts nothing by nonce where nobody read it', async () => {
    const ask = await open(await start([securityHeaders(site())], () => 'ok'))
    const policy = (await ask('/', overTls)).headers['content-security-policy']
    expect(policy).toContain(`script-src 'none';style-src 'self';`)
    expect(policy).not.toMatch(/https:|unsafe-inline|strict-dynamic/)
  })

  it('api keeps answers out of stores, unless they say otherwise', async () => {
    const ask = await open(await start([securityHeaders(api())], () => 'ok'))
    for (const path of ['/', '/nothing', '/broken']) {
      const { headers } = await ask(path, overTls)
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['content-security-policy']).toBe(
        "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      )
    }
  })
})

describe('strict', () => {
  it('turns every powerful feature off', () => {
    const features = headersOf(strict())['permissions-policy']?.split(', ') ?? []
    expect(features.length).toBeGreaterThan(30)
    for (const feature of features) expect(feature).toMatch(/^[a-z-]+=\(\)$/)
  })

  it('isolates the page from every other origin', () => {
    expect(headersOf(strict())).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
  })
})

it('api leaves out what only pages heed', () => {
  expect(Object.keys(headersOf(api())).toSorted()).toEqual([
    'cache-control',
    'content-security-policy',
    'cross-origin-resource-policy',
    'referrer-policy',
    'x-content-type-options',
    'x-frame-options',
  ])
})

describe.each(Object.entries({ strict, site, api }))('%s', (_name, preset) => {
  it('is the same each time, and is not changed by what extends it', () => {
    const before = headersOf(preset())
    preset({ contentSecurityPolicy: { directives: { defaultSrc: ["'self'"] } }, permissionsPolicy: { camera: '*' } })
    expect(headersOf(preset())).toEqual(before)
  })

  it('keeps a header for true, and leaves it out for false', () => {
    const before = headersOf(preset())
    expect(
      headersOf(preset({ contentSecurityPolicy: true, crossOriginResourcePolicy: true, frameguard: true })),
    ).toEqual(before)
    const without = headersOf(
      preset({ contentSecurityPolicy: false, crossOriginResourcePolicy: false, frameguard: false }),
    )
    const {
      'content-security-policy': csp,
      'cross-origin-resource-policy': corp,
      'x-frame-options': frame,
      ...rest
    } = before
    expect([csp, corp, frame]).not.toContain(undefined)
    expect(without).toEqual(rest)
  })

  it('takes options that are undefined for left out', () => {
    expect(headersOf(preset({ contentSecurityPolicy: undefined, hsts: undefined } as object))).toEqual(
      headersOf(preset()),
    )
  })

  it.each<[unknown, string]>([
    [null, 'options must be an object'],
    [{ permisionsPolicy: {} }, `did you mean 'permissionsPolicy'?`],
    [{ referrerPolicy: 'origin' }, `'referrerPolicy' must be`],
  ])('refuses %j', (overrides, message) => {
    expect(() => preset(overrides as SecurityHeadersOptions)).toThrow(TypeError)
    expect(() => preset(overrides as SecurityHeadersOptions)).toThrow(message)
  })
})

describe('what extends a preset', () => {
  it('replaces directives one by one, in either spelling', () => {
    const before = directivesOf(site())
    const extended = directivesOf(
      site({
        contentSecurityPolicy: {
          directives: { imgSrc: ["'self'", 'https://img.example'], 'font-src': ['https://f.example'], mediaSrc: null },
        },
      }),
    )
    const { 'media-src': media, ...rest } = before
    expect(media).toBe(`'self'`)
    expect(extended).toEqual({ ...rest, 'img-src': `'self' https://img.example`, 'font-src': 'https://f.example' })
  })

  it('may only report', () => {
    const headers = headersOf(site({ contentSecurityPolicy: { reportOnly: true } }))
    expect(headers).not.toHaveProperty('content-security-policy')
    expect(headers).toHaveProperty('content-security-policy-report-only')
  })

  it('may bring several policies in place of the one', () => {
    const own = { useDefaults: false, directives: { defaultSrc: ["'none'"], baseUri: ["'none'"] } }
    const policy = headersOf(strict({ contentSecurityPolicy: [own, own] }))['content-security-policy']
    expect(policy).toMatch(/^default-src 'none';base-uri 'none', ?default-src 'none';base-uri 'none'$/)
  })

  it('replaces features one by one, in either spelling', () => {
    const policy = headersOf(strict({ permissionsPolicy: { pictureInPicture: ['self'], camera: '*', unload: [] } }))[
      'permissions-policy'
    ]
    expect(policy).toContain('picture-in-picture=(self)')
    expect(policy).toContain('camera=*')
    expect(policy).toContain('microphone=()')
    expect(policy).toContain('unload=()')
    expect(policy?.match(/picture-in-picture/g)).toHaveLength(1)
  })

  it('goes by older names too', async () => {
    const guards = [securityHeaders(site({ hsts: { maxAge: 300 } }))]
    const ask = await serve(protect(guards, (_request, response) => response.end(), { trustedProxies: ['127.0.0.1'] }))
    expect((await ask('/', overTls)).headers['strict-transport-security']).toBe('max-age=300; includeSubDomains')
    expect((await ask()).headers).not.toHaveProperty('strict-transport-security')
  })

  it.each<[SecurityHeadersOptions, string]>([
    [{ contentSecurityPolicy: { directives: { imgSrc: '*', 'img-src': '*' } } }, `'img-src' is given twice`],
    [{ permissionsPolicy: { pictureInPicture: [], 'picture-in-picture': [] } }, `'picture-in-picture' is given twice`],
  ])('may not say two things at once: %j', (overrides, message) => {
    expect(() => strict(overrides)).toThrow(RangeError)
    expect(() => strict(overrides)).toThrow(message)
  })

  it("hears of both names of a header in helmet's words", () => {
    expect(() => securityHeaders(strict({ hsts: true, strictTransportSecurity: true }))).toThrow('specified twice')
  })

  it('hears of a misspelt directive or feature', () => {
    const csp = { directives: { scirptSrc: [nonce] } } as SecurityHeadersOptions['contentSecurityPolicy']
    expect(() => securityHeaders(strict({ ...(csp && { contentSecurityPolicy: csp }) }))).toThrow(/is not a directive/)
    expect(() => securityHeaders(strict({ permissionsPolicy: { camra: [] } as object }))).toThrow(
      `did you mean 'camera'?`,
    )
  })
})
