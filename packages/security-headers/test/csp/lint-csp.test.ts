import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findingIds, findingLevels } from '../../src/csp/finding.ts'
import {
  api,
  csp,
  inlineHash,
  lintCsp,
  nonce,
  securityHeaders,
  site,
  strict,
  type CspDirectives,
  type CspFinding,
  type CspFindingId,
  type CspLintOptions,
} from '../../src/index.ts'

/** What every policy below says beside what is looked at, so that nothing else is found. */
const rest = ";base-uri 'none';form-action 'self';frame-ancestors 'none';require-trusted-types-for 'script'"
const idsOf = (policy: string | CspDirectives, reportOnly = false) =>
  lintCsp(policy, { reportOnly }).map(({ id }) => id)
const aNonce = "'nonce-0123456789012345678901=='"
const aHash = inlineHash('')

const table: [CspFindingId, string][] = [
  ['csp/invalid-character', "img-src b\u00fccher.example;default-src 'none'"],
  ['csp/unknown-directive', "default-src 'none';scirpt-src 'self'"],
  ['csp/duplicate-directive', "default-src 'none';Default-Src *"],
  ['csp/misspelt-keyword', "default-src 'sefl'"],
  ['csp/unquoted-keyword', 'default-src self'],
  ['csp/unquoted-keyword', `default-src 'none';script-src ${aHash.slice(1, -1)}`],
  ['csp/missing-semicolon', "default-src 'self' object-src"],
  ['csp/none-with-others', "default-src 'none' 'self'"],
  ['csp/none-with-others', "default-src 'none';trusted-types 'none' policy"],
  ['csp/invalid-hash', "default-src 'none';script-src 'sha256-abc='"],
  ['csp/unknown-keyword', "default-src 'none' ;script-src 'unheard-of-word'"],
  ['csp/unknown-keyword', "default-src 'none';sandbox everything"],
  ['csp/invalid-source', "default-src 'none';img-src https://a.example/x?y"],
  ['csp/invalid-source', "default-src 'none';img-src under_score.example"],
  ['csp/unexpected-value', "default-src 'none';upgrade-insecure-requests 1"],
  ['csp/duplicate-source', "default-src 'self' 'SELF'"],
  ['csp/missing-script-src', "object-src 'none'"],
  ['csp/missing-object-src', "script-src 'none'"],
  ['csp/strict-dynamic-without-nonce', "default-src 'none';script-src 'strict-dynamic'"],
  ['csp/unsafe-inline', "default-src 'none';script-src 'unsafe-inline'"],
  ['csp/unsafe-inline', "default-src 'none';script-src 'none';script-src-attr 'Unsafe-Inline'"],
  ['csp/unsafe-eval', "default-src 'none';script-src 'self' 'unsafe-eval'"],
  ['csp/wildcard', "default-src 'none';script-src *"],
  ['csp/wildcard', "default-src 'none';object-src https://*"],
  ['csp/wildcard', "default-src 'none';script-src https://*:*/x"],
  ['csp/broad-scheme', "default-src 'none';script-src https:"],
  ['csp/broad-scheme', "default-src 'none';object-src data:"],
  ['csp/plain-http', "default-src 'none';img-src http://a.example"],
  ['csp/static-nonce', `default-src 'none';script-src ${aNonce}`],
  ['csp/nonce-too-short', "default-src 'none';script-src 'nonce-short'"],
  ['csp/deprecated-directive', "default-src 'none';block-all-mixed-content"],
  ['csp/deprecated-directive', "default-src 'none';plugin-types a/b"],
  ['csp/unsafe-inline-style', "default-src 'none';style-src 'self' 'unsafe-inline'"],
  ['csp/unsafe-hashes', `default-src 'none';script-src ${aHash} 'unsafe-hashes'`],
  ['csp/allowed-hosts', "default-src 'none';script-src cdn.example"],
  ['csp/allowed-hosts', 'default-src https://*.example.com'],
  ['csp/ip-source', "default-src 'none';img-src https://192.0.2.1"],
  ['csp/keyword-without-effect', "default-src 'none';img-src 'strict-dynamic'"],
]

describe('the linter', () => {
  it.each(table)('finds %s in %s', (id, policy) => {
    const findings = lintCsp(policy + rest).filter((finding) => finding.id === id)
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ level: findingLevels[id], reportOnly: false })
  })

  it.each([
    ["default-src 'none'"],
    ["default-src 'self'"],
    [`default-src 'none';script-src ${aHash} 'strict-dynamic' https: 'unsafe-inline'`],
    ["default-src 'none';img-src * data: blob: http://localhost:8080 ws://127.0.0.1:1"],
    ["default-src 'none';worker-src blob:"],
    ["default-src 'none';connect-src api api-gateway:8080 *.example.com wss://a.example:* https://a.example./x/"],
    ["default-src 'none';trusted-types a-policy 'allow-duplicates'"],
    ["default-src 'none';sandbox allow-scripts allow-forms"],
    ["default-src 'none';report-uri /csp https://r.example/?a=b"],
    ["default-src 'none';report-to none"],
    ["default-src 'none';webrtc 'block'"],
    ["default-src 'none';;  ;\timg-src\t'self'\n"],
  ])('finds nothing in %s', (policy) => {
    expect(lintCsp(policy + rest)).toEqual([])
  })

  it.each<[CspFindingId, string, boolean]>([
    ['csp/missing-base-uri', `default-src 'none';script-src ${aHash}`, false],
    ['csp/frame-ancestors-missing', "default-src 'none'", false],
    ['csp/form-action-missing', "default-src 'none'", false],
    ['csp/trusted-types-missing', "default-src 'none'", false],
    ['csp/report-only-without-report', "default-src 'none'", true],
    ['csp/ignored-in-report-only', "default-src 'none';sandbox", true],
  ])('finds %s in %s', (id, policy, reportOnly) => {
    expect(idsOf(policy, reportOnly)).toContain(id)
    expect(idsOf(policy + rest + ';report-to csp', reportOnly).includes(id)).toBe(id === 'csp/ignored-in-report-only')
  })

  it('is shown to find each thing that it knows of', () => {
    const shown = [...table.map(([id]) => id), 'csp/missing-base-uri', 'csp/frame-ancestors-missing']
    const more = ['csp/form-action-missing', 'csp/trusted-types-missing']
    const reported = ['csp/report-only-without-report', 'csp/ignored-in-report-only']
    expect(new Set([...shown, ...more, ...reported])).toEqual(new Set(findingIds))
  })

  it('says where a finding is, and the worst first', () => {
    const findings = lintCsp("script-src 'self' 'unsafe-inline' self;img-src 'none' *")
    expect(findings.map(({ level }) => level)).toEqual(findings.map(({ level }) => level).toSorted(bySeverity))
    expect(findings[0]).toEqual({
      id: 'csp/unquoted-keyword',
      level: 'error',
      message: "script-src holds self without quotes, which is a host: write 'self'",
      directive: 'script-src',
      source: 'self',
      reportOnly: false,
    })
  })

  it('looks at each policy of a list', () => {
    expect(idsOf(`default-src 'none' *${rest}, default-src 'none'${rest}, default-src 'none' *${rest}`)).toEqual(
      Array(2)
        .fill('csp/none-with-others')
        .flatMap((id: string) => [id, 'csp/wildcard']),
    )
  })

  it('takes directives as securityHeaders does', () => {
    expect(idsOf({ defaultSrc: [nonce, 'strict-dynamic'], objectSrc: ["'none'"], imgSrc: null })).toContain(
      'csp/missing-base-uri',
    )
    expect(idsOf({ scriptSrc: [() => "'nonce-x'", "'strict-dynamic'"], objectSrc: [] })).not.toContain(
      'csp/strict-dynamic-without-nonce',
    )
    expect(() => lintCsp({ scriptsrc: [] } as CspDirectives)).toThrow("did you mean 'scriptSrc'?")
    expect(() => lintCsp(5 as unknown as string)).toThrow(TypeError)
  })
})

function bySeverity(a: string, b: string): number {
  const order = ['error', 'warning', 'info']
  return order.indexOf(a) - order.indexOf(b)
}

/** What is told while something is made. */
function heardFrom(make: () => unknown): CspFinding[] {
  const heard: CspFinding[] = []
  const hear = (finding: unknown): void => void heard.push(finding as CspFinding)
  subscribe('seawall:security-headers:lint', hear)
  onTestFinished(() => void unsubscribe('seawall:security-headers:lint', hear))
  make()
  return heard
}

describe('at creation', () => {
  const make = (directives: CspDirectives, lint?: CspLintOptions) =>
    securityHeaders({ contentSecurityPolicy: { directives }, ...(lint && { lint }) })

  it("helmet's policy gets no warning", () => {
    expect(heardFrom(() => securityHeaders()).filter(({ level }) => level !== 'info')).toEqual([])
  })

  it.each([strict(), site(), api()])('a preset gets no warning: %#', (preset) => {
    expect(heardFrom(() => securityHeaders(preset)).filter(({ level }) => level !== 'info')).toEqual([])
  })

  it("an error is thrown: 'none' beside others", () => {
    expect(() => make({ objectSrc: ["'none'", 'https://a.example'] })).toThrow(RangeError)
    expect(() => make({ objectSrc: ["'none'", 'https://a.example'] })).toThrow(
      "Cannot set contentSecurityPolicy as object-src holds 'none' beside other sources, which browsers ignore then (csp/none-with-others)",
    )
  })

  it('a warning is told, and not thrown', () => {
    const told: CspFinding[] = []
    const heard = heardFrom(() =>
      make({ scriptSrc: ["'self'", "'unsafe-eval'"] }, { onFinding: (one) => told.push(one) }),
    )
    expect(heard.map(({ id }) => id)).toContain('csp/unsafe-eval')
    expect(told).toEqual(heard)
  })

  it('a finding can be silenced', () => {
    const lint: CspLintOptions = { silence: ['csp/none-with-others', 'csp/unsafe-eval'], failOn: 'warning' }
    const heard = heardFrom(() => make({ scriptSrc: ["'none'", "'unsafe-eval'"] }, lint))
    expect(heard.filter(({ level }) => level !== 'info')).toEqual([])
  })

  it('warnings can be made fatal', () => {
    expect(() => make({ scriptSrc: ["'unsafe-eval'"] }, { failOn: 'warning' })).toThrow(/\(csp\/unsafe-eval\)$/)
    expect(() => securityHeaders({ lint: { failOn: 'warning' } })).not.toThrow()
    expect(() => securityHeaders({ lint: { failOn: 'info' } })).toThrow(/csp\/unsafe-inline-style/)
  })

  it('a reported policy is looked at too', () => {
    const heard = heardFrom(() => securityHeaders({ contentSecurityPolicyReportOnly: true }))
    expect(heard).toContainEqual(expect.objectContaining({ id: 'csp/report-only-without-report', reportOnly: true }))
  })

  it.each([
    [{ silence: 'csp/wildcard' }],
    [{ silence: ['csp/wildcat'] }],
    [{ failOn: 'never' }],
    [{ onFinding: true }],
    [{ levels: [] }],
    [[]],
  ])('wrong options are refused: %j', (lint) => {
    expect(() => securityHeaders({ lint: lint as CspLintOptions })).toThrow(
      /^Cannot (?:set lint|create security headers)/,
    )
  })
})

it.each<[string, CspDirectives]>([
  ['', {}],
  [', functions or not', { imgSrc: [() => 'https://a.example'] }],
])("a route's policy is compiled and told of once%s", (_also, directives) => {
  const global = securityHeaders({ contentSecurityPolicy: { directives } })
  const route = csp.update({ scriptSrc: ["'unsafe-eval'"] })
  const heard = heardFrom(() => {
    for (let turn = 0; turn < 2; turn++) {
      const exchange = { secure: true, state: new Map(), set: () => undefined }
      void global.onRequest?.(exchange as never)
      void route.onRequest?.(exchange as never)
    }
  })
  expect(heard.filter(({ id }) => id === 'csp/unsafe-eval')).toHaveLength(1)
})
