import { describe, expect, it } from 'vitest'
import type { Answer, Asked } from './ask.ts'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** The security headers, on whatever is answered. */
export function describeHeaders(framework: Framework): void {
  describe('headers', () => {
    const bookstore = useBookstore(framework)

    it.each<[number, string, Asked]>([
      [200, '/', {}],
      [200, '/catalog', {}],
      [200, '/feed', {}],
      [200, '/aggregate', {}],
      [200, '/healthz', {}],
      [200, '/readyz', {}],
      [200, '/catalog', { method: 'HEAD' }],
      [400, '/catalog?books=0', {}],
      [400, '/login', { form: {} }],
      [401, '/login', { form: { username: 'nobody', password: 'x' } }],
      [401, '/books/1/reviews', { json: {} }],
      [403, '/login', { form: {}, headers: { 'sec-fetch-site': 'cross-site' } }],
      [404, '/nope', {}],
      [413, '/login', { form: { username: 'a'.repeat(20_000) } }],
    ])('stand on a %i of %s', async (status, path, asked) => {
      const answer = await bookstore.ask(path, asked)
      expect(answer.status).toBe(status)
      expectHeaders(answer)
    })

    it('stand on a 500, which tells nothing of what went wrong', async () => {
      await bookstore.admin.query('alter table book rename to hidden')
      try {
        const answer = await bookstore.ask('/catalog')
        expect(answer.status).toBe(500)
        expectHeaders(answer)
        expect(JSON.parse(answer.text)).toEqual({ status: 500, title: 'Internal Server Error' })
        expect(JSON.stringify([...answer.headers])).not.toMatch(/relation|hidden|book|select/i)
      } finally {
        await bookstore.admin.query('alter table hidden rename to book')
      }
    })

    it('stand on a 429 of the whole service', async () => {
      const tight = await bookstore.startAnother({ REQUESTS_PER_MINUTE: '1' })
      try {
        const statuses: number[] = []
        for (const path of ['/healthz', '/healthz', '/nope']) statuses.push((await fetch(tight.url + path)).status)
        expect(statuses).toEqual([200, 429, 429])
        const { status, headers } = await fetch(tight.url)
        expectHeaders({ status, headers, text: '' })
      } finally {
        await tight.close()
      }
    })

    it('let the script of this page run, by a nonce of this response and by what it was built as', async () => {
      const pages = await Promise.all([bookstore.ask('/'), bookstore.ask('/')])
      const nonces = pages.map((page) => {
        const policy = page.headers.get('content-security-policy') ?? ''
        const [inPolicy, ...others] = new Set(policy.match(/(?<='nonce-)[^']+/g))
        expect(others).toEqual([])
        expect(page.text.match(/(?<=nonce=")[^"]*/g)).toEqual([inPolicy])
        expect(page.text.match(/integrity="sha384-/g)).toHaveLength(2)
        return inPolicy
      })
      expect(nonces[0]).toMatch(/^[\w+/-]{22,}={0,2}$/)
      expect(nonces[0]).not.toBe(nonces[1])
    })

    it('escape what the database holds', async () => {
      await bookstore.admin.query(`update book set title = '<script>alert(1)</script>'`)
      const headers = { cookie: await bookstore.signIn() }
      const [, book] = /id="book-(\d+)"/.exec((await bookstore.ask('/')).text) ?? []
      const json = { rating: 5, body: '</main><script>alert(2)</script>' }
      expect((await bookstore.ask(`/books/${book}/reviews`, { json, headers })).status).toBe(201)
      const { text } = await bookstore.ask('/')
      expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
      expect(text).toContain('&lt;script&gt;alert(2)&lt;/script&gt;')
      expect(text).not.toContain('<script>alert')
    })

    it('demand TLS of clients that came by TLS, and of no others', async () => {
      const [tls, plain] = await Promise.all([
        bookstore.ask('/healthz', { headers: { 'x-forwarded-proto': 'https' } }),
        bookstore.ask('/healthz', { headers: { 'x-forwarded-proto': 'http' } }),
      ])
      expect(tls.headers.get('strict-transport-security')).toMatch(/max-age=\d{8}.*includeSubDomains/)
      expect(plain.headers.has('strict-transport-security')).toBe(false)
    })
  })
}

function expectHeaders({ headers }: Answer): void {
  expect(Object.fromEntries(headers)).toMatchObject(always)
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(headers.has('x-powered-by')).toBe(false)
  expect(headers.has('server')).toBe(false)
}
