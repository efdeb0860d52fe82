import { describe, expect, it } from 'vitest'
import { demoReader } from '../src/seed.ts'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

/** What a browser tells of what it takes. */
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

/** The page: what of it is rendered when, and that it is whole without a script. */
export function describePage(framework: Framework): void {
  describe('page', () => {
    const bookstore = useBookstore(framework)
    /** Asks for the page; tells how many fragments were rendered for it. */
    const look = async (headers = {}): Promise<{ text: string; renders: number; statements: number }> => {
      const { text, headers: answered } = await bookstore.ask('/', { headers })
      const timing = answered.get('server-timing') ?? ''
      const [, statements, renders] =
        /(\d+) statements.* (\d+) fragments|$/.exec(timing.replaceAll('desc="', ' ')) ?? []
      return { text, renders: Number(renders), statements: Number(statements) }
    }
    const firstBook = (text: string): string => /id="book-(\d+)"/.exec(text)?.[1] ?? ''
    const review = async (book: string, body: string): Promise<number> => {
      const headers = { cookie: await bookstore.signIn() }
      return (await bookstore.ask(`/books/${book}/reviews`, { json: { rating: 5, body }, headers })).status
    }

    it('renders all fragments once: the whole, its shelf, its subjects and 24 books, by six statements', async () => {
      expect(await look()).toMatchObject({ renders: 27, statements: 6 })
      expect(await look()).toMatchObject({ renders: 0, statements: 0 })
    })

    it('renders after a review its book and what is around it, and nothing else', async () => {
      const before = await look()
      const book = firstBook(before.text)
      // another book changes behind its back: it would show if it were rendered again
      await bookstore.admin.query(`update book set title = 'Rendered again' where id <> $1`, [book])
      expect(await review(book, 'Rendered once')).toBe(201)
      const after = await look()
      expect(after).toMatchObject({ renders: 3, text: expect.stringContaining('Rendered once') })
      expect(after.text).not.toContain('Rendered again')
      expect((await look()).renders).toBe(0)
    })

    it('shows a book that a review has brought onto the shelf', async () => {
      expect((await look()).text).not.toContain('Brand new')
      const { rows } = await bookstore.admin.query<{ id: number }>(
        `insert into book (title, author_id, published) values ('Brand new', 1, 2026) returning id`,
      )
      expect(await review(String(rows[0]?.id), 'A first review')).toBe(201)
      expect(await look()).toMatchObject({ renders: 3, text: expect.stringContaining('Brand new') })
    })

    it('keeps nothing of one response or one reader in what it renders for all', async () => {
      const cookie = await bookstore.signIn()
      const [own, foreign] = [await look({ cookie }), await look()]
      expect(own.text).toContain('Signed in as <strong>ada</strong>')
      expect(foreign.text).not.toContain('Signed in')
      const mainOf = (text: string): string => /<main>[^]*<\/main>/.exec(text)?.[0] ?? ''
      expect(mainOf(own.text)).toBe(mainOf(foreign.text))
      expect(mainOf(own.text)).not.toMatch(/nonce|<script/)
    })

    it('leads a browser from each form back to the page', async () => {
      const login = await bookstore.ask('/login', { form: demoReader, headers: browser })
      expect(login).toMatchObject({ status: 303, text: '' })
      expect(login.headers.get('location')).toBe('/')
      const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      const book = firstBook((await look()).text)
      const form = { rating: '5', body: 'By a form' }
      const posted = await bookstore.ask(`/books/${book}/reviews`, { form, headers: { ...browser, cookie } })
      expect({ status: posted.status, location: posted.headers.get('location') }).toEqual({
        status: 303,
        location: `/#book-${book}`,
      })
      expect((await look()).text).toContain('By a form')
      const logout = await bookstore.ask('/logout', { method: 'POST', headers: { ...browser, cookie } })
      expect(logout.status).toBe(303)
      expect(logout.headers.getSetCookie()).toEqual([expect.stringContaining('Max-Age=0')])
      expect(logout.headers.get('clear-site-data')).toBe('"cookies", "storage"')
    })

    it.each([
      ['a path that is not there', '/nope', {}, 404, 'Not Found'],
      ['a wrong password', '/login', { form: { username: 'nobody', password: 'x' } }, 401, 'Unauthorized'],
      ['a review by nobody', '/books/1/reviews', { form: { rating: '5', body: 'x' } }, 401, 'Sign in first'],
      ['a form of another site', '/login', { form: {}, headers: { 'sec-fetch-site': 'cross-site' } }, 403, 'Forbidden'],
      ['a form that is too long', '/login', { form: { username: 'a'.repeat(20_000) } }, 413, 'Payload Too Large'],
    ])('tells a browser in a page, and a program in JSON, of %s', async (_what, path, asked, status, words) => {
      const { headers = {}, ...rest } = asked as { headers?: Record<string, string> }
      const [page, data] = await Promise.all([
        bookstore.ask(path, { ...rest, headers: { ...headers, ...browser } }),
        bookstore.ask(path, { ...rest, headers }),
      ])
      expect(page.status).toBe(status)
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(page.text).toContain(words)
      expect(page.text).toContain('<a href="/">')
      expect(data.headers.get('content-type')).toContain('application/problem+json')
      expect(JSON.parse(data.text)).toMatchObject({ status })
    })
  })
}
