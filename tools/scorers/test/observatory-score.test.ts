import { expect, test } from 'vitest'
import { maximumWithoutPreload, observatoryScore } from '../src/index.ts'

const html = '<!doctype html><script src="/app.js" integrity="sha384-x"></script>'
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; script-src 'nonce-r4nd0mr4nd0m' 'strict-dynamic' https: 'unsafe-inline'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}
const cookies = ['__Host-session=1; Secure; HttpOnly; Path=/; SameSite=Lax']

test('a page that does all it can reaches the maximum', () => {
  const { score, grade, algorithm } = observatoryScore({ headers, cookies, html })
  expect({ score, grade, algorithm }).toEqual({ score: maximumWithoutPreload, grade: 'A+', algorithm: 4 })
})

test.each([
  ['content-security-policy', 'csp-not-implemented', -25],
  ['strict-transport-security', 'hsts-not-implemented', -20],
  ['x-content-type-options', 'x-content-type-options-not-implemented', -5],
  ['referrer-policy', 'referrer-policy-not-implemented', 0],
  ['cross-origin-resource-policy', 'corp-not-implemented', 0],
])('without %s the result is %s', (name, result, points) => {
  const { [name]: _left, ...others } = headers as Record<string, string>
  expect(observatoryScore({ headers: others, cookies, html }).tests[name]).toMatchObject({ result, points })
})

test('a page without any header gets the points of a bare server', () => {
  const score = observatoryScore({ headers: { 'content-type': 'text/html' }, html: '<!doctype html>' })
  expect(score).toMatchObject({ score: 30, grade: 'D' })
})

test('bonuses do not count below 90 points', () => {
  const { 'content-security-policy': _policy, ...others } = headers
  expect(observatoryScore({ headers: others, cookies, html }).score).toBe(55)
})

test('cookies count whether they are given apart or among the headers', () => {
  const apart = observatoryScore({ headers, cookies: ['session=1; HttpOnly'], html })
  const among = observatoryScore({ headers: { ...headers, 'set-cookie': ['session=1; HttpOnly'] }, html })
  expect(apart.tests['cookies']?.result).toBe('cookies-session-without-secure-flag-but-protected-by-hsts')
  expect(among).toEqual(apart)
})

test('a policy that only reports is told apart from none', () => {
  const { 'content-security-policy': policy, ...others } = headers
  const score = observatoryScore({ headers: { ...others, 'content-security-policy-report-only': policy }, html })
  expect(score.tests['content-security-policy']?.result).toBe('csp-not-implemented-but-reporting-enabled')
})
