import type { Exchange } from '@seawall/guard'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { directiveNames } from '../../src/csp/directives.ts'
import { csp, lintCsp, nonce, securityHeaders, type CspDirectives } from '../../src/index.ts'

const source = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...Array.from("; ,\r\n\t'ascript-src*:/nonce{}\u2028\u00e4\0")), maxLength: 20 }),
  fc.constantFrom("'self'", "'unsafe-inline'", 'https://a.example', "'nonce-{}'", '\0', '\u00000', 'x;script-src *'),
  fc.constantFrom('x\r\nset-cookie: a=b', 'allow-scripts', "'none'", ''),
  fc.constant(nonce),
)
const value = fc.oneof(fc.array(source, { maxLength: 4 }), source)
const names = fc.oneof(
  fc.constantFrom<string>(...directiveNames),
  fc.string({ maxLength: 12 }),
  fc.constantFrom('x; script-src *;y', '__proto__', 'constructor'),
)
const directives = fc.dictionary(names, value, { maxKeys: 4 })
const silence = ['csp/none-with-others', 'csp/missing-semicolon', 'csp/invalid-hash'] as const

/** `undefined` when it was refused as it may be: by a TypeError, a RangeError, or helmet. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    expect((error as Error).message).toMatch(/^(?:Cannot |Content-Security-Policy)/)
    return undefined
  }
}

function expectOnly(header: string, written: readonly string[]): void {
  expect(header).toMatch(/^[\x20-\x7e]*$/)
  for (const policy of header.split(', ')) {
    expect(policy).not.toContain(',')
    const sent = policy.split(';').map((directive) => directive.split(' ')[0] as string)
    expect(new Set(sent).size).toBe(sent.length)
    for (const name of sent) expect(written).toContain(name)
  }
}

const written = (given: object) => [...Object.keys(given), 'default-src']

it('lets no value begin a directive or a header that the caller did not write', () => {
  let made = 0
  fc.assert(
    fc.property(directives, fc.boolean(), (given, reportOnly) => {
      const policy = { useDefaults: false, reportOnly, directives: { ...given, defaultSrc: "'none'" } as CspDirectives }
      const guard = attempt(() => securityHeaders({ contentSecurityPolicy: policy, lint: { silence } }))
      const header = guard?.headers?.[reportOnly ? 'content-security-policy-report-only' : 'content-security-policy']
      if (header === undefined) return
      made += 1
      expectOnly(header, written(given))
      expect(header).not.toContain(', ')
    }),
    { numRuns: 2000 },
  )
  expect(made).toBeGreaterThan(50)
})

it('keeps several policies as many as were written', () => {
  let made = 0
  fc.assert(
    fc.property(fc.array(directives, { minLength: 1, maxLength: 3 }), (several) => {
      const policies = several.map((given) => ({
        useDefaults: false,
        directives: { ...given, defaultSrc: "'self'" } as CspDirectives,
      }))
      const guard = attempt(() => securityHeaders({ contentSecurityPolicy: policies, lint: { silence } }))
      const header = guard?.headers?.['content-security-policy']
      if (header === undefined) return
      made += 1
      expectOnly(header, several.flatMap(written))
      expect(header.split(', ')).toHaveLength(several.length)
    }),
    { numRuns: 2000 },
  )
  expect(made).toBeGreaterThan(50)
})

/** An exchange that keeps what guards set. */
function exchange(): { fake: Exchange; set: Map<string, unknown> } {
  const set = new Map<string, unknown>()
  const fake = { secure: true, host: 'shop.example', state: new Map(), raw: {}, set: set.set.bind(set) }
  return { fake: fake as unknown as Exchange, set }
}

it('lets no function of a directive begin another', () => {
  let made = 0
  fc.assert(
    fc.property(fc.array(fc.oneof(source, fc.anything()), { minLength: 1, maxLength: 3 }), (results) => {
      const guard = securityHeaders({
        contentSecurityPolicy: {
          useDefaults: false,
          directives: { defaultSrc: ["'self'"], scriptSrc: results.map((result) => () => result as string) },
        },
      })
      const { fake, set } = exchange()
      const isAsked = attempt(() => guard.onRequest?.(fake) ?? true)
      if (isAsked === undefined) return
      made += 1
      expectOnly(String(set.get('content-security-policy')), ['default-src', 'script-src'])
    }),
    { numRuns: 2000 },
  )
  expect(made).toBeGreaterThan(50)
})

it('lets no change of a route write what its caller did not', () => {
  let made = 0
  const global = securityHeaders({ contentSecurityPolicyReportOnly: true })
  const defaults = (global.headers?.['content-security-policy'] ?? '')
    .split(';')
    .map((one) => one.split(' ')[0] as string)
  fc.assert(
    fc.property(fc.constantFrom('update', 'replace', 'reportOnly'), directives, (kind, given) => {
      const change = attempt(() => csp[kind](given as CspDirectives))
      if (change === undefined) return
      const { fake, set } = exchange()
      void global.onRequest?.(fake)
      const isDone = attempt(() => change.onRequest?.(fake) ?? true)
      if (isDone === undefined) return
      made += 1
      const allowed = [...defaults, ...Object.keys(given)]
      for (const [name, header] of set) if (name.startsWith('content-security')) expectOnly(String(header), allowed)
    }),
    { numRuns: 2000 },
  )
  expect(made).toBeGreaterThan(20)
})

it('lints any text', () => {
  fc.assert(
    fc.property(fc.oneof(source, fc.string({ unit: 'binary' })), fc.boolean(), (text, reportOnly) => {
      for (const finding of lintCsp(String(text), { reportOnly })) expect(finding.id).toMatch(/^csp\/[a-z-]+$/)
      expect(true).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
