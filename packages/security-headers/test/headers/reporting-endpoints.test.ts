import { describe, expect, it } from 'vitest'
import { checkEndpoints, reportingEndpoints } from '../../src/headers/reporting-endpoints.ts'
import { securityHeaders, type SecurityHeadersOptions } from '../../src/index.ts'

const create = (endpoints: unknown) => () => reportingEndpoints(endpoints as Record<string, string>)

it.each<[Record<string, string>, string]>([
  [{ default: 'https://reports.example/all' }, 'default="https://reports.example/all"'],
  [{ main: '/reports', '*': '/other?x=1' }, 'main="/reports", *="/other?x=1"'],
  [{ a_b: 'https://r.example/"\\' }, 'a_b="https://r.example/\\"\\\\"'],
])('writes %j as browsers read it', (endpoints, value) => {
  expect(reportingEndpoints(endpoints)).toEqual({ name: 'reporting-endpoints', value, endpoints: [] })
})

it.each<[unknown]>([[{ a: 5 }], [{ a: undefined }], [{ a: null }], [{ a: ['/x'] }]])(
  'is not made of %j',
  (endpoints) => {
    expect(create(endpoints)).toThrow(TypeError)
  },
)

it.each([
  '',
  ' ',
  'http://a.example/',
  '//a.example/x',
  '/\\a.example',
  'reports',
  '/a b',
  '/a\r\nb: c',
  '/ä',
  'javascript:0',
])('takes no reports at %j', (url) => {
  expect(create({ main: url })).toThrow(RangeError)
  expect(create({ main: url })).toThrow(/^Cannot set reportingEndpoints as 'main' must be a URL such as/)
})

it.each(['Main', '', '1a', 'a b', 'a"', 'a\r\n', '-a', 'ä', '__proto__'])('does not go by the name %j', (name) => {
  expect(create(JSON.parse(`{${JSON.stringify(name)}: "/x"}`))).toThrow(RangeError)
})

describe('a name that is not there', () => {
  const csp = { defaultSrc: "'self'", reportTo: 'main' }
  it.each<[SecurityHeadersOptions, string]>([
    [{ contentSecurityPolicy: { directives: csp } }, 'contentSecurityPolicy'],
    [{ contentSecurityPolicyReportOnly: { directives: csp } }, 'contentSecurityPolicy'],
    [{ permissionsPolicy: { camera: { allow: [], reportTo: 'main' } } }, 'permissionsPolicy'],
    [{ permissionsPolicyReportOnly: { camera: { allow: [], reportTo: 'main' } } }, 'permissionsPolicyReportOnly'],
    [{ integrityPolicy: { blockedDestinations: ['script'], endpoints: ['main'] } }, 'integrityPolicy'],
    [
      { integrityPolicyReportOnly: { blockedDestinations: ['script'], endpoints: ['main'] } },
      'integrityPolicyReportOnly',
    ],
    [{ crossOriginOpenerPolicyReportOnly: { reportTo: 'main' } }, 'crossOriginOpenerPolicyReportOnly'],
    [{ crossOriginEmbedderPolicyReportOnly: { reportTo: 'main' } }, 'crossOriginEmbedderPolicyReportOnly'],
    [{ documentPolicy: { '*': { reportTo: 'main' } } }, 'documentPolicy'],
    [{ documentPolicyReportOnly: { '*': { reportTo: 'main' } } }, 'documentPolicyReportOnly'],
  ])('is an error that names it and who reports there: %j', (options, who) => {
    expect(() => securityHeaders(options)).toThrow(RangeError)
    expect(() => securityHeaders({ ...options, reportingEndpoints: { other: '/x' } })).toThrow(
      `Cannot create security headers as ${who} reports to 'main', which must be in reportingEndpoints: names there are other`,
    )
    expect(() => securityHeaders({ ...options, reportingEndpoints: false })).toThrow('names there are none')
    expect(() => securityHeaders({ ...options, reportingEndpoints: { main: '/x' } })).not.toThrow()
  })

  it('is not found on Object.prototype', () => {
    expect(() => checkEndpoints({}, [['a', ['constructor']]])).toThrow(RangeError)
  })
})
