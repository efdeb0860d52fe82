import { protect } from '@seawall/guard/node'
import { describe, expect, it } from 'vitest'
import { dangerouslyDisableDefaultSrc, nonce, nonceOf, securityHeaders, type CspOptions } from '../../src/index.ts'
import { serve } from '../serve.ts'

const enforced = 'content-security-policy'
const reported = 'content-security-policy-report-only'
const only = (source: string, more = {}) => ({ useDefaults: false, directives: { defaultSrc: [source] }, ...more })
const helmets = securityHeaders().headers?.[enforced]

describe('the policies', () => {
  it.each<[CspOptions, string | undefined, string | undefined]>([
    [{}, helmets, undefined],
    [{ contentSecurityPolicy: true }, helmets, undefined],
    [{ contentSecurityPolicy: false }, undefined, undefined],
    [{ contentSecurityPolicyReportOnly: true }, helmets, helmets],
    [{ contentSecurityPolicy: false, contentSecurityPolicyReportOnly: true }, undefined, helmets],
    [{ contentSecurityPolicyReportOnly: only("'self'") }, helmets, "default-src 'self'"],
    [{ contentSecurityPolicy: only("'self'", { reportOnly: true }) }, undefined, "default-src 'self'"],
    [{ contentSecurityPolicy: [only("'self'"), only('https:')] }, "default-src 'self', default-src https:", undefined],
    [
      {
        contentSecurityPolicy: [only("'self'"), only('https:', { reportOnly: true })],
        contentSecurityPolicyReportOnly: only('a.example'),
      },
      "default-src 'self'",
      'default-src https:, default-src a.example',
    ],
    [{ contentSecurityPolicyReportOnly: [only("'self'", { reportOnly: true })] }, helmets, "default-src 'self'"],
  ])('of %j are sent side by side', (options, first, second) => {
    const { headers = {} } = securityHeaders(options)
    expect(headers[enforced]).toBe(first)
    expect(headers[reported]).toBe(second)
  })

  it.each<[unknown, string]>([
    [{ contentSecurityPolicy: [] }, `'contentSecurityPolicy' must be true or false or an object or an array`],
    [{ contentSecurityPolicy: 'self' }, `'contentSecurityPolicy' must be true or false or an object or an array`],
    [{ contentSecurityPolicy: [true] }, `'contentSecurityPolicy' must be true or false or an object or an array`],
    [{ contentSecurityPolicy: [{ directive: {} }] }, `did you mean 'directives'?`],
    [{ contentSecurityPolicyReportOnly: { reportOnly: false } }, `'reportOnly' must be one of true`],
    [{ contentSecurityPolicy: { useDefaults: false } }, 'Content-Security-Policy has no directives'],
    [
      { contentSecurityPolicy: { useDefaults: false, directives: { imgSrc: ["'self'"] } } },
      'Content-Security-Policy needs a default-src but none was provided',
    ],
    [
      { contentSecurityPolicy: { directives: { scriptSrc: ["'self'"], 'script-src': ["'none'"] } } },
      'Content-Security-Policy received a duplicate directive',
    ],
  ])('of %j are refused', (options, message) => {
    expect(() => securityHeaders(options as CspOptions)).toThrow(message)
  })

  it('all get one nonce', async () => {
    const guard = securityHeaders({
      contentSecurityPolicy: [
        { useDefaults: false, directives: { defaultSrc: [nonce] } },
        { useDefaults: false, directives: { defaultSrc: ["'self'"], scriptSrc: [nonce] } },
      ],
      contentSecurityPolicyReportOnly: { useDefaults: false, directives: { defaultSrc: ["'self'", nonce] } },
    })
    const ask = await serve(protect([guard], (request, response) => response.end(nonceOf(request))))
    const { headers, body } = await ask()
    expect(headers[enforced]).toBe(`default-src 'nonce-${body}', default-src 'self';script-src 'nonce-${body}'`)
    expect(headers[reported]).toBe(`default-src 'self' 'nonce-${body}'`)
  })

  it('all go without the upgrade on localhost', async () => {
    const guard = securityHeaders({ contentSecurityPolicy: [{}, {}], contentSecurityPolicyReportOnly: true })
    const ask = await serve(protect([guard], (_request, response) => response.end()))
    const { headers } = await ask('/', { headers: { host: 'localhost' } })
    expect(headers[enforced]).toMatch(/^default-src 'self';.*, default-src 'self';/)
    expect(String([headers[enforced], headers[reported]])).not.toContain('upgrade')
  })

  it('that only upgrade say nothing on localhost', async () => {
    const guard = securityHeaders({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: dangerouslyDisableDefaultSrc, upgradeInsecureRequests: [] },
      },
    })
    const ask = await serve(protect([guard], (_request, response) => response.end()))
    expect((await ask()).headers[enforced]).toBe('upgrade-insecure-requests')
    expect((await ask('/', { headers: { host: 'localhost' } })).headers[enforced]).toBe('')
  })
})
