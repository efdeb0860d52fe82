import { describe, expect, it } from 'vitest'
import { documentPolicy } from '../../src/headers/document-policy.ts'
import { fingerprints } from '../../src/headers/fingerprints.ts'
import { integrityPolicy } from '../../src/headers/integrity-policy.ts'
import { securityHeaders, type SecurityHeadersOptions } from '../../src/index.ts'
import { frameworks } from '../frameworks.ts'
import { open } from '../serve.ts'

const reportingEndpoints = { main: '/reports' }

it.each<[SecurityHeadersOptions, string, string]>([
  [
    { integrityPolicy: { blockedDestinations: ['script', 'style'], endpoints: ['main'] } },
    'integrity-policy',
    'blocked-destinations=(script style), endpoints=(main)',
  ],
  [
    { integrityPolicyReportOnly: { blockedDestinations: ['script'] } },
    'integrity-policy-report-only',
    'blocked-destinations=(script)',
  ],
  [
    { crossOriginOpenerPolicyReportOnly: { reportTo: 'main' } },
    'cross-origin-opener-policy-report-only',
    'same-origin;report-to="main"',
  ],
  [
    { crossOriginEmbedderPolicyReportOnly: { policy: 'credentialless', reportTo: 'main' } },
    'cross-origin-embedder-policy-report-only',
    'credentialless;report-to="main"',
  ],
  [
    { documentPolicy: { 'js-profiling': true, 'document-write': false, 'oversized-images': 2.5, mode: 'low' } },
    'document-policy',
    'js-profiling, document-write=?0, oversized-images=2.5, mode=low',
  ],
  [
    { documentPolicyReportOnly: { '*': { reportTo: 'main' }, 'unsized-media': { value: false, reportTo: 'main' } } },
    'document-policy-report-only',
    '*;report-to=main, unsized-media=?0;report-to=main',
  ],
  [{ permissionsPolicy: { camera: [] } }, 'permissions-policy', 'camera=()'],
  [{}, 'reporting-endpoints', 'main="/reports"'],
  [{ noStore: true }, 'cache-control', 'no-store'],
])('%j is sent as %s: %s', (options, name, value) => {
  expect(securityHeaders({ reportingEndpoints, ...options }).headers).toHaveProperty(name, value)
})

it('leaves out what is off or empty', () => {
  const none = securityHeaders().headers
  const off: SecurityHeadersOptions = {
    permissionsPolicy: false,
    permissionsPolicyReportOnly: {},
    reportingEndpoints: {},
    integrityPolicy: false,
    integrityPolicyReportOnly: false,
    crossOriginOpenerPolicyReportOnly: false,
    crossOriginEmbedderPolicyReportOnly: false,
    documentPolicy: {},
    documentPolicyReportOnly: false,
    noStore: false,
    removeFingerprints: false,
  }
  expect(securityHeaders(off).headers).toEqual(none)
  expect(securityHeaders(off).remove).toEqual(['x-powered-by'])
})

describe('Integrity-Policy', () => {
  const create = (options: unknown) => () =>
    integrityPolicy('integrityPolicy', options as Parameters<typeof integrityPolicy>[1])

  it.each<[unknown]>([
    [{}],
    [{ blockedDestinations: 'script' }],
    [{ blockedDestinations: ['script'], endpoints: 'a' }],
  ])('is not made of %j', (options) => {
    expect(create(options)).toThrow(TypeError)
  })

  it.each<[unknown]>([
    [{ blockedDestinations: [] }],
    [{ blockedDestinations: ['script', 'script'] }],
    [{ blockedDestinations: ['image'] }],
    [{ blockedDestinations: ['script)'] }],
    [{ blockedDestinations: ['script'], endpoints: ['a b'] }],
    [{ blockedDestinations: ['script'], endpoints: ['a)\r\n'] }],
  ])('refuses %j', (options) => {
    expect(create(options)).toThrow(RangeError)
  })
})

describe('a report-only opener or embedder policy', () => {
  it.each<[unknown, typeof TypeError]>([
    [{ crossOriginOpenerPolicyReportOnly: {} }, TypeError],
    [{ crossOriginOpenerPolicyReportOnly: { reportTo: 'main', policy: 'unsafe-none' } }, RangeError],
    [{ crossOriginEmbedderPolicyReportOnly: { reportTo: 'main', policy: 'same-origin' } }, RangeError],
    [{ crossOriginEmbedderPolicyReportOnly: { reportTo: 'Main"' } }, RangeError],
    [{ crossOriginEmbedderPolicyReportOnly: true }, RangeError],
  ])('refuses %j', (options, error) => {
    expect(() => securityHeaders({ reportingEndpoints, ...(options as object) })).toThrow(error)
  })
})

describe('Document-Policy', () => {
  const valueOf = (policy: unknown) => documentPolicy('documentPolicy', policy as Record<string, boolean>).value

  it.each([
    [2, 'n=2'],
    [2.0004, 'n=2'],
    [-0.5, 'n=-0.5'],
    [1e-9, 'n=0'],
    [0.1234, 'n=0.123'],
    [999_999_999_999, 'n=999999999999'],
  ])('writes %d with three decimals at most', (n, value) => {
    expect(valueOf({ n })).toBe(value)
  })

  it.each([
    [{ n: null }],
    [{ n: undefined }],
    [{ n: [] }],
    [{ n: { value: {}, reportTo: 'a' } }],
    [{ n: { value: 1 } }],
  ])('is not made of %j', (policy) => {
    expect(() => valueOf(policy)).toThrow(TypeError)
  })

  it.each([
    [{ n: Number.NaN }],
    [{ n: 1e12 }],
    [{ n: 'a b' }],
    [{ n: '' }],
    [{ n: 'a\r\nb: c' }],
    [{ N: true }],
    [{ '': true }],
    [{ 'n, m': true }],
    [{ n: { value: 'a,b', reportTo: 'a' } }],
    [{ n: { reportTo: 'a;b' } }],
  ])('refuses %j', (policy) => {
    expect(() => valueOf(policy)).toThrow(RangeError)
  })
})

describe('removeFingerprints', () => {
  it('names each header of the list once, in lower case', () => {
    expect(fingerprints).toContain('server')
    expect(fingerprints).toContain('x-aspnet-version')
    expect(new Set(fingerprints).size).toBe(fingerprints.length)
    for (const name of fingerprints) expect(name).toMatch(/^[a-z0-9$-]+$/)
  })

  it('leaves X-Powered-By to an application that keeps it', () => {
    for (const keep of [{ xPoweredBy: false }, { hidePoweredBy: false }]) {
      const { remove } = securityHeaders({ removeFingerprints: true, ...keep })
      expect(remove).toContain('x-powered-by-plesk')
      expect(remove).not.toContain('x-powered-by')
    }
  })
})

describe.each(Object.entries(frameworks))('on %s', (_name, start) => {
  it('sends them on every outcome, and takes fingerprints out', async () => {
    const guards = [
      securityHeaders({
        permissionsPolicy: { camera: { allow: [], reportTo: 'main' } },
        integrityPolicy: { blockedDestinations: ['script'] },
        reportingEndpoints,
        noStore: true,
        removeFingerprints: true,
      }),
    ]
    const ask = await open(await start(guards, setServer))
    for (const path of ['/', '/nothing', '/broken']) {
      const { headers } = await ask(path)
      expect(headers).toMatchObject({
        'permissions-policy': 'camera=();report-to=main',
        'integrity-policy': 'blocked-destinations=(script)',
        'reporting-endpoints': 'main="/reports"',
        'cache-control': 'no-store',
      })
      expect(headers).not.toHaveProperty('server')
      expect(headers).not.toHaveProperty('x-powered-by')
    }
  })
})

/** Names the software, where the framework's own object reaches the response. */
function setServer(request: object): string {
  const { res, header } = request as {
    readonly res?: { setHeader?(name: string, value: string): void }
    readonly header?: unknown
  }
  res?.setHeader?.('Server', 'Shop/1.0')
  if (typeof header === 'function') header.call(request, 'Server', 'Shop/1.0')
  return 'ok'
}
