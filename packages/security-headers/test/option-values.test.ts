import { middleware } from '@seawall/guard/node'
import fc, { type Arbitrary } from 'fast-check'
import { expect, it } from 'vitest'
import { api, nonce, securityHeaders, site, strict, type SecurityHeadersOptions } from '../src/index.ts'

/** Text that means harm wherever it gets into a header as it stands. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...Array.from(`; ,"'\\()=\r\n\t*?az-/:0\u2028\u00e4\0`)), maxLength: 16 }),
  fc.constantFrom(
    'a\r\nset-cookie: b=c',
    'https://a.example"\r\nx: y',
    '/a"b\\',
    '*;script-src *',
    "'self', default-src *",
  ),
)
const scalar = fc.oneof(hostile, fc.boolean(), fc.double(), fc.integer(), fc.constantFrom(null, undefined, -0, 1e21))

/** Mostly one of the words that belong there. */
const oneOf = (...words: readonly unknown[]): Arbitrary<unknown> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: hostile },
    { weight: 1, arbitrary: scalar },
  )
const listOf = (item: Arbitrary<unknown>): Arbitrary<unknown> => fc.uniqueArray(item, { maxLength: 3 })
const some = (fields: Record<string, Arbitrary<unknown>>): Arbitrary<unknown> => fc.record(fields, { requiredKeys: [] })
const all = (fields: Record<string, Arbitrary<unknown>>): Arbitrary<unknown> => fc.record(fields)
const byName = (value: Arbitrary<unknown>, ...names: readonly string[]): Arbitrary<unknown> =>
  fc.dictionary(oneOf(...names).map(String), value, { maxKeys: 3 })

const endpoint = oneOf('main', 'other')
const sources = fc.oneof(listOf(oneOf("'self'", 'https:', 'https://a.example', nonce)), oneOf("'none'", '*'))
const policy = some({
  useDefaults: fc.boolean(),
  directives: byName(sources, 'defaultSrc', 'script-src', 'imgSrc', 'sandbox', 'reportUri'),
})
const hsts = some({ maxAge: oneOf(0, 300.5, 63_072_000), includeSubDomains: oneOf(true), preload: oneOf(false, true) })
const allowlist = fc.oneof(fc.constant('*'), listOf(oneOf('self', 'https://a.example', 'https://*.b.example:8443')))
const features = byName(
  fc.oneof(allowlist, all({ allow: allowlist, reportTo: endpoint })),
  'camera',
  'pictureInPicture',
  'usb',
)
const others = byName(allowlist, 'time-travel').map((given) => ({ others: given }))
const permissions = fc.oneof(features, others)
const integrity = all({ blockedDestinations: listOf(oneOf('script', 'style')), endpoints: listOf(endpoint) })
const point = oneOf(true, false, 0.5, -1e-9, 'low')
const documentPolicy = byName(fc.oneof(point, all({ value: point, reportTo: endpoint })), '*', 'js-profiling', 'a')
const action = some({ action: oneOf('deny', 'sameorigin', 'SAMEORIGIN') })
const permitted = some({ permittedPolicies: oneOf('none', 'all') })
const onOrOff = oneOf(true, false)

const valueOf: Record<keyof SecurityHeadersOptions, Arbitrary<unknown>> = {
  contentSecurityPolicy: fc.oneof(policy, fc.array(policy, { maxLength: 2 })),
  contentSecurityPolicyReportOnly: policy,
  lint: some({ silence: listOf(oneOf('csp/unsafe-inline')), failOn: oneOf('error', 'info') }),
  crossOriginEmbedderPolicy: some({ policy: oneOf('require-corp', 'credentialless') }),
  crossOriginOpenerPolicy: some({ policy: oneOf('same-origin', 'unsafe-none') }),
  crossOriginResourcePolicy: some({ policy: oneOf('same-site', 'cross-origin') }),
  originAgentCluster: onOrOff,
  referrerPolicy: some({ policy: fc.oneof(oneOf('origin', ''), listOf(oneOf('no-referrer', 'origin'))) }),
  strictTransportSecurity: hsts,
  xContentTypeOptions: onOrOff,
  xDnsPrefetchControl: some({ allow: onOrOff }),
  xDownloadOptions: onOrOff,
  xFrameOptions: action,
  xPermittedCrossDomainPolicies: permitted,
  xPoweredBy: onOrOff,
  xXssProtection: onOrOff,
  permissionsPolicy: permissions,
  permissionsPolicyReportOnly: permissions,
  reportingEndpoints: byName(oneOf('/reports', 'https://r.example/"\\'), 'main', 'other', '*'),
  integrityPolicy: integrity,
  integrityPolicyReportOnly: integrity,
  crossOriginOpenerPolicyReportOnly: all({ policy: oneOf('same-origin'), reportTo: endpoint }),
  crossOriginEmbedderPolicyReportOnly: all({ policy: oneOf('require-corp'), reportTo: endpoint }),
  documentPolicy,
  documentPolicyReportOnly: documentPolicy,
  noStore: onOrOff,
  removeFingerprints: onOrOff,
  hsts,
  noSniff: onOrOff,
  dnsPrefetchControl: some({ allow: onOrOff }),
  ieNoOpen: onOrOff,
  frameguard: action,
  permittedCrossDomainPolicies: permitted,
  hidePoweredBy: onOrOff,
  xssFilter: onOrOff,
}

const option = fc
  .constantFrom(...(Object.keys(valueOf) as (keyof SecurityHeadersOptions)[]))
  .chain((name) => fc.tuple(fc.constant(name), fc.oneof({ weight: 6, arbitrary: valueOf[name] }, fc.anything())))

const options = fc.array(option, { minLength: 1, maxLength: 3 }).map((pairs): Record<string, unknown> => ({
  reportingEndpoints: { main: '/reports', other: '/other' },
  ...Object.fromEntries(pairs),
}))

it('makes of any options either headers that can be sent or an error that says what is wrong', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(options, fc.constantFrom(undefined, strict, site, api), (given, preset) => {
      const headers = headersOf(() => securityHeaders(preset === undefined ? given : preset(given)))
      for (const [name, value] of Object.entries(headers)) {
        expect(value).toMatch(/^[\x20-\x7e]*$/)
        seen.add(name)
      }
    }),
    { numRuns: 2000 },
  )
  // a property of refusals alone would prove nothing
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'content-security-policy-report-only',
      'cross-origin-embedder-policy-report-only',
      'cross-origin-opener-policy-report-only',
      'document-policy',
      'integrity-policy',
      'permissions-policy-report-only',
      'reporting-endpoints',
    ]),
  )
}, 60_000)

/** None when the options were refused, as they may be. */
function headersOf(create: () => ReturnType<typeof securityHeaders>): Readonly<Record<string, string>> {
  let guard: ReturnType<typeof securityHeaders>
  try {
    guard = create()
  } catch (error) {
    expect(isRefusal(error), String(error)).toBe(true)
    return {}
  }
  middleware([guard])
  return guard.headers ?? {}
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof TypeError || error instanceof RangeError) return error.message.startsWith('Cannot ')
  // helmet's own
  return (
    error.constructor === Error &&
    /^(?:Content-Security-Policy|Cross-Origin-|Referrer-Policy|Strict-Transport-Security|X-)/.test(error.message)
  )
}
