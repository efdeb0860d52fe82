import { createHash } from 'node:crypto'
import type { Guard } from '@seawall/guard'
import { cspFindings, maximumWithoutPreload, mediumMaybe, observatoryScore, type ScoredPage } from '@seawall/scorers'
import { describe, expect, test } from 'vitest'
import { api, nonceOf, secureCookies, securityHeaders, site, strict } from '../src/index.ts'
import { frameworks, type Page } from './frameworks.ts'
import { open } from './serve.ts'

const integrity = `sha384-${createHash('sha384').update('').digest('base64')}`

/** A page as a service renders it: its own script with integrity, and an inline one. */
const page: Page = (request) => {
  const nonce = nonceOf(request)
  return `<!doctype html><script nonce="${nonce}" src="/app.js" integrity="${integrity}"></script><script nonce="${nonce}">start()</script>`
}

const pageWithoutNonce: Page = () => `<!doctype html><script src="/app.js" integrity="${integrity}"></script>`

/** The page as it leaves the service behind a proxy that speaks TLS, with a session. */
async function ask(framework: string, headers: Guard, render: Page): Promise<ScoredPage> {
  const make = frameworks[framework]
  if (make === undefined) throw new Error(`no framework is called ${framework}`)
  const signIn: Guard = {
    name: 'sign-in',
    onRequest(exchange) {
      exchange.set('set-cookie', 'session=1; Path=/')
      return undefined
    },
  }
  const answer = await (
    await open(await make([secureCookies(), signIn, headers], render))
  )('/', {
    headers: { 'x-forwarded-proto': 'https' },
  })
  return { headers: { ...answer.headers, 'content-type': 'text/html; charset=utf-8' }, html: answer.body }
}

function policyOf({ headers }: ScoredPage): string {
  return String(headers['content-security-policy'])
}

function weaknesses(policy: string): string[] {
  return cspFindings(policy)
    .filter(({ check, rank }) => check === 'strict' || rank <= mediumMaybe)
    .map(({ severity, directive, description }) => `${severity} ${directive}: ${description}`)
}

describe.each(Object.keys(frameworks))('%s', (framework) => {
  test.each([
    ['strict', strict],
    ['site', site],
  ])('%s reaches the maximum of the Observatory', async (_name, preset) => {
    const { score, grade, tests } = observatoryScore(await ask(framework, securityHeaders(preset()), page))
    const lost = Object.entries(tests).filter(([, { points }]) => points < 0)
    expect({ score, grade, lost }).toEqual({ score: maximumWithoutPreload, grade: 'A+', lost: [] })
  })

  test.each([
    ['strict', strict],
    ['site', site],
  ])('csp_evaluator has nothing to say of %s', async (_name, preset) => {
    expect(weaknesses(policyOf(await ask(framework, securityHeaders(preset()), page)))).toEqual([])
  })
})

test.each([
  ['strict', strict],
  ['site', site],
])('%s has no weakness where the page reads no nonce', async (_name, preset) => {
  const answer = await ask('node:http', securityHeaders(preset()), pageWithoutNonce)
  expect(policyOf(answer)).not.toContain('unsafe-inline')
  expect(weaknesses(policyOf(answer))).toEqual([])
  expect(observatoryScore(answer).score).toBe(maximumWithoutPreload)
})

test('api has no weakness in the default checks, and an A+', async () => {
  const answer = await ask('node:http', securityHeaders(api()), () => '{}')
  expect(cspFindings(policyOf(answer)).filter(({ rank }) => rank <= mediumMaybe)).toEqual([])
  const { score, grade } = observatoryScore({
    ...answer,
    headers: { ...answer.headers, 'content-type': 'application/json' },
  })
  // there is no page whose scripts could have integrity
  expect({ score, grade }).toEqual({ score: maximumWithoutPreload - 5, grade: 'A+' })
})

test("helmet's defaults get less, so the scorers can tell", async () => {
  const answer = await ask('node:http', securityHeaders(), pageWithoutNonce)
  expect(observatoryScore(answer).score).toBeLessThan(maximumWithoutPreload)
  expect(weaknesses(policyOf(answer))).not.toEqual([])
})
