import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { demoReader } from '../src/seed.ts'
import type { Asked } from './ask.ts'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

const good = { rating: 5, body: 'Good' }

/** What each route answers. */
export function describeRoutes(framework: Framework): void {
  describe('routes', () => {
    const bookstore = useBookstore(framework)

    it.each([
      ['/', 200, 'text/html; charset=utf-8'],
      ['/catalog', 200, 'application/json'],
      ['/catalog?books=1000', 200, 'application/json'],
      ['/feed', 200, 'application/json'],
      ['/aggregate', 200, 'application/json'],
      ['/healthz', 200, 'application/json'],
      ['/readyz', 200, 'application/json'],
      ['/catalog?books=0', 400, 'application/problem+json'],
      ['/catalog?books=1001', 400, 'application/problem+json'],
      ['/catalog?books=', 400, 'application/problem+json'],
      ['/catalog?books=%', 400, 'application/problem+json'],
      ['/nope', 404, 'application/problem+json'],
      ['/%', 404, 'application/problem+json'],
      ['/login', 404, 'application/problem+json'],
      ['/books/1/reviews', 404, 'application/problem+json'],
    ])('answers GET %s with %i', async (path, status, type) => {
      const answer = await bookstore.ask(path)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-type')).toContain(type)
      if (status >= 400) expect(JSON.parse(answer.text)).toMatchObject({ status, title: expect.any(String) })
    })

    it('lists 20 books unless told how many', async () => {
      expect(JSON.parse((await bookstore.ask('/catalog')).text)).toHaveLength(20)
    })

    it('answers HEAD as GET, without a body', async () => {
      const answer = await bookstore.ask('/catalog', { method: 'HEAD' })
      expect(answer).toMatchObject({ status: 200, text: '' })
      expect(answer.headers.get('content-type')).toContain('application/json')
    })

    it.each<[string, Asked, number]>([
      ['a form', { form: demoReader }, 200],
      ['JSON', { json: demoReader }, 200],
      [
        'JSON of another media type',
        { json: demoReader, headers: { 'content-type': 'application/vnd.api+json' } },
        200,
      ],
      ['nothing', { method: 'POST' }, 400],
      ['no password', { form: { username: 'ada' } }, 400],
      ['a username that is no text', { json: { username: { $ne: '' }, password: 'x' } }, 400],
      ['a username with NUL', { json: { username: 'a\0da', password: 'x' } }, 400],
      ['a username of 1,001 characters', { json: { username: 'a'.repeat(1001), password: 'x' } }, 400],
      ['an inherited username', { json: { ['__proto__']: demoReader } }, 400],
      ['an array', { json: [] }, 400],
    ])('answers a login with %s', async (_what, asked, status) => {
      expect((await bookstore.ask('/login', asked)).status).toBe(status)
    })

    it.each([
      ['broken JSON', 'application/json', '{', 400],
      ['20 kB', 'application/json', JSON.stringify({ username: 'a'.repeat(20_000) }), 413],
      ['an unknown charset', 'application/json; charset=nope', '{}', 415],
    ])('tells the client that the body is its fault: %s', async (_what, type, body, status) => {
      const signal = AbortSignal.timeout(10_000)
      const response = await fetch(`${bookstore.url}/login`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
        signal,
      })
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toContain('application/problem+json')
      expect(await response.json()).toEqual({ status, title: expect.any(String) })
    })

    it.each<[string, string, unknown, number]>([
      ['a good review', '1', good, 201],
      ['a rating as a form gives it', '1', { rating: '5', body: 'Good' }, 201],
      ['no rating', '1', { body: 'Good' }, 400],
      ['a rating of 6', '1', { ...good, rating: 6 }, 400],
      ['a rating of 1.5', '1', { ...good, rating: 1.5 }, 400],
      ['a rating that is a list', '1', { ...good, rating: [5] }, 400],
      ['a rating that is true', '1', { ...good, rating: true }, 400],
      ['no text', '1', { rating: 5, body: '' }, 400],
      ['a text with NUL', '1', { rating: 5, body: 'a\0' }, 400],
      ['an unknown book', '9999', good, 404],
      ['a book beyond the range of ids', '99999999999999999999', good, 404],
      ['a book that is no number', 'x', good, 404],
    ])(
      'answers %s',
      async (_what, book, json, status) => {
        const cookie = await bookstore.signIn()
        const answer = await bookstore.ask(`/books/${book}/reviews`, { json, headers: { cookie } })
        expect(answer.status).toBe(status)
        await bookstore.admin.query(`delete from review where id > 8000`)
      },
      20_000,
    )

    it('wants a session for a review', async () => {
      expect((await bookstore.ask('/books/1/reviews', { json: good })).status).toBe(401)
    })

    it.each(['//', '/?\\', 'http:///', 'http://x:99999/catalog', 'http://x/catalog?books=1', '*', '//catalog', '/%00'])(
      'does not fail on the request target %s',
      async (target) => {
        const answer = await askRaw(bookstore.url, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
        expect(answer).toMatch(/^HTTP\/1\.1 [234]\d\d /)
        expect(answer).not.toMatch(/x-powered-by/i)
      },
    )
  })
}

function askRaw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
    socket.on('error', reject).on('end', () => resolve(answer))
    socket.setTimeout(10_000, () => socket.destroy(new Error(`No answer to ${text}`)))
  })
}
