import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nonce, securityHeaders, type CspDirectives } from '../../src/index.ts'
import { directiveNames } from '../../src/csp/directives.ts'

const source = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...Array.from("; ,\r\n\t'ascript-src*:/nonce{}\u2028\u00e4\0")), maxLength: 20 }),
  fc.constantFrom(
    "'self'",
    "'unsafe-inline'",
    'https://a.example',
    "'nonce-{}'",
    'x;script-src *',
    'x\r\nset-cookie: a=b',
  ),
  fc.constant(nonce),
)
const value = fc.oneof(fc.array(source, { maxLength: 4 }), source)
const names = fc.oneof(
  fc.constantFrom<string>(...directiveNames),
  fc.string({ maxLength: 12 }),
  fc.constant('x; script-src *;y'),
)
const policies = fc.record({
  directives: fc.dictionary(names, value, { maxKeys: 4 }),
  reportOnly: fc.boolean(),
})

it('lets no value begin a directive or a header that the caller did not write', () => {
  let made = 0
  fc.assert(
    fc.property(policies, ({ directives, reportOnly }) => {
      const written = { ...directives, defaultSrc: "'none'" }
      const header = headerOf(written as CspDirectives, reportOnly)
      if (header === undefined) return
      made += 1
      expect(header).toMatch(/^[\x20-\x7e]*$/)
      expect(header).not.toContain(',')
      const sent = header.split(';').map((directive) => directive.split(' ')[0])
      expect(new Set(sent)).toEqual(new Set([...Object.keys(directives), 'default-src']))
      expect(new Set(sent).size).toBe(sent.length)
    }),
    { numRuns: 2000 },
  )
  expect(made).toBeGreaterThan(50)
})

/** `undefined` when the directives were refused. */
function headerOf(directives: CspDirectives, reportOnly: boolean): string | undefined {
  try {
    const { headers = {} } = securityHeaders({ contentSecurityPolicy: { useDefaults: false, reportOnly, directives } })
    return headers[reportOnly ? 'content-security-policy-report-only' : 'content-security-policy']
  } catch {
    return undefined
  }
}

const anything = fc.oneof(fc.anything(), fc.constantFrom('a\r\nb: c', true, false, {}))
const optionNames = [
  'referrerPolicy',
  'hsts',
  'frameguard',
  'crossOriginOpenerPolicy',
  'permittedCrossDomainPolicies',
] as const
const fieldNames = ['policy', 'maxAge', 'includeSubDomains', 'preload', 'action', 'permittedPolicies'] as const

it('lets no option put a line break into a header', () => {
  fc.assert(
    fc.property(fc.constantFrom(...optionNames), fc.constantFrom(...fieldNames), anything, (name, field, given) => {
      for (const option of [given, { [field]: given }]) {
        let headers: Readonly<Record<string, string>> = {}
        try {
          headers = securityHeaders({ [name]: option }).headers ?? {}
        } catch {
          continue
        }
        for (const text of Object.values(headers)) expect(text).toMatch(/^[\x20-\x7e]*$/)
      }
    }),
    { numRuns: 1000 },
  )
})
