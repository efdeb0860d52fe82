import { expect, test } from 'vitest'
import { cspFindings, mediumMaybe } from '../src/index.ts'

const strict =
  "default-src 'none'; script-src 'nonce-r4nd0mr4nd0m' 'strict-dynamic' https: 'unsafe-inline'; base-uri 'none'; require-trusted-types-for 'script'"

test('a strict policy with fallbacks has no finding of weight', () => {
  const findings = cspFindings(strict)
  expect(findings.filter(({ rank }) => rank <= mediumMaybe)).toEqual([])
  expect(findings.filter(({ check }) => check === 'strict')).toEqual([])
})

test.each([
  ["script-src 'unsafe-inline'; object-src 'none'; base-uri 'none'", 'default', 'HIGH', 'script-src'],
  ["script-src 'self'; object-src 'none'; base-uri 'none'", 'default', 'MEDIUM_MAYBE', 'script-src'],
  ["script-src 'nonce-r4nd0mr4nd0m'; object-src 'none'", 'default', 'HIGH', 'base-uri'],
  ["script-src self; object-src 'none'", 'default', 'SYNTAX', 'script-src'],
  [strict.replace(" 'unsafe-inline'", ''), 'strict', 'STRICT_CSP', 'script-src'],
  [strict.replace(' https:', ''), 'strict', 'STRICT_CSP', 'script-src'],
  [strict.replace(/; require.*/, ''), 'strict', 'INFO', 'require-trusted-types-for'],
])('%s: the %s checks find a %s in %s', (policy, check, severity, directive) => {
  expect(cspFindings(policy)).toContainEqual(expect.objectContaining({ check, severity, directive }))
})

test('the worst comes first and nothing twice', () => {
  const findings = cspFindings("script-src 'self' 'unsafe-inline'")
  expect(findings[0]?.severity).toBe('HIGH')
  expect(new Set(findings.map((finding) => JSON.stringify(finding))).size).toBe(findings.length)
})
