import type { HelmetOptions } from 'helmet'
import { expectTypeOf, test } from 'vitest'
import {
  csp,
  inlineHash,
  integrityOf,
  lintCsp,
  nonce,
  securityHeaders,
  type ContentSecurityPolicyOption,
  type CspFinding,
} from '../../src/index.ts'

type HelmetCsp = Exclude<HelmetOptions['contentSecurityPolicy'], undefined>

test("helmet's policies are policies here", () => {
  expectTypeOf<HelmetCsp>().toExtend<ContentSecurityPolicyOption>()
})

test('a directive takes keywords, hosts, hashes, functions and the nonce', () => {
  const hosts: readonly string[] = ['https://a.example']
  securityHeaders({
    contentSecurityPolicy: [
      {
        directives: {
          scriptSrc: ["'self'", nonce, inlineHash(''), (request, response) => request.url + response.statusMessage],
        },
      },
      { directives: { imgSrc: hosts, sandbox: ['allow-scripts'], 'report-to': 'csp', upgradeInsecureRequests: [] } },
    ],
    contentSecurityPolicyReportOnly: true,
    lint: {
      silence: ['csp/wildcard'],
      failOn: 'warning',
      onFinding: (finding) => expectTypeOf(finding).toEqualTypeOf<CspFinding>(),
    },
  })
})

test('what others return fits', () => {
  expectTypeOf(lintCsp("default-src 'self'")).toEqualTypeOf<readonly CspFinding[]>()
  expectTypeOf(integrityOf('file')).resolves.toExtend<string>()
})

test('wrong use does not compile', () => {
  // @ts-expect-error a misspelt directive
  csp.update({ defualtSrc: ["'self'"] })
  // @ts-expect-error a function that gives no text
  csp.replace({ scriptSrc: [() => 5] })
  // @ts-expect-error another symbol is no nonce
  csp.reportOnly({ scriptSrc: [Symbol('nonce')] })
  // @ts-expect-error no finding
  securityHeaders({ lint: { silence: ['csp/wildcat'] } })
  // @ts-expect-error a reported policy is reported
  securityHeaders({ contentSecurityPolicyReportOnly: { reportOnly: 1 } })
  // @ts-expect-error no digest that browsers take
  inlineHash('', 'md5')
})
