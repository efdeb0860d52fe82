import { describe, expect, it } from 'vitest'
import { cspFindings, maximumWithoutPreload, mediumMaybe, observatoryScore } from '../../../tools/scorers/src/index.ts'
import type { Answer } from './ask.ts'
import { demoReader } from '../src/seed.ts'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

/** As the proxy asks that ends TLS. */
const headers = { 'x-forwarded-proto': 'https' }

/** What others say of the running example's headers, as it runs in production. */
export function describeScores(framework: Framework): void {
  describe('scores', () => {
    const production = { NODE_ENV: 'production', HOST: '127.0.0.1', DATABASE_TLS: 'off' }
    const secret = { SESSION_SECRET: 'a secret for tests alone, 0123456789' }
    const bookstore = useBookstore(framework, () => ({ ...production, ...secret }))

    it('reach the maximum of the MDN Observatory without preloading, with a session', async () => {
      const login = await bookstore.ask('/login', { form: demoReader, headers })
      const page = await bookstore.ask('/', { headers })
      const { score, grade, tests } = observatoryScore({
        headers: Object.fromEntries(page.headers),
        cookies: login.headers.getSetCookie(),
        html: page.text,
      })
      const lost = Object.entries(tests).filter(([, { points }]) => points < 0)
      expect({ score, grade, lost }).toEqual({ score: maximumWithoutPreload, grade: 'A+', lost: [] })
      expect(login.headers.getSetCookie()).toHaveLength(1)
    })

    it.each([
      ['a page', '/', {}],
      ['data', '/catalog', {}],
      ['a page of a problem', '/nope', { accept: 'text/html' }],
      ['an asset', undefined, {}],
    ])('csp_evaluator finds nothing in the policy of %s', async (_what, path, more) => {
      const asset = /\/assets\/site\.\w+\.css/.exec((await bookstore.ask('/')).text)?.[0] ?? ''
      expect(weaknesses(await bookstore.ask(path ?? asset, { headers: { ...headers, ...more } }))).toEqual([])
    })
  })
}

function weaknesses(answer: Answer): string[] {
  return cspFindings(answer.headers.get('content-security-policy') ?? '')
    .filter(({ check, rank }) => check === 'strict' || rank <= mediumMaybe)
    .map(({ severity, directive, description }) => `${severity} ${directive}: ${description}`)
}
