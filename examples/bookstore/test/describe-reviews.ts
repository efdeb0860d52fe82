import { describe, expect, it } from 'vitest'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

/** Who may post a review, and who sees it when. */
export function describeReviews(framework: Framework): void {
  describe('reviews', () => {
    const bookstore = useBookstore(framework)
    const post = async (body: string, headers: Readonly<Record<string, string>>): Promise<number> => {
      const cookie = await bookstore.signIn()
      const answer = await bookstore.ask('/books/1/reviews', {
        json: { rating: 5, body },
        headers: { cookie, ...headers },
      })
      return answer.status
    }

    it.each([
      ['another site, as browsers tell it', { 'sec-fetch-site': 'cross-site' }],
      ['another host of the same site', { 'sec-fetch-site': 'same-site' }],
      ['another origin, as older browsers tell it', { origin: 'https://evil.example' }],
      ['a sandboxed page', { origin: 'null' }],
    ])('are refused from a page of %s', async (_where, headers) => {
      expect(await post('foreign', headers as Readonly<Record<string, string>>)).toBe(403)
      expect((await bookstore.admin.query(`select from review where body = 'foreign'`)).rowCount).toBe(0)
    })

    it('are taken from a page of our own', async () => {
      const own = { origin: bookstore.url, 'sec-fetch-site': 'same-origin' }
      expect(await post('by metadata', own)).toBe(201)
      await bookstore.admin.query(`delete from review where id > 8000`)
    })

    it('stand in the feed at once, which is loaded only when one was posted', async () => {
      const before = await bookstore.ask('/feed')
      await bookstore.admin.query(
        `insert into review (book_id, reader_id, rating, body, is_approved) values (1, 1, 5, 'behind its back', true)`,
      )
      expect((await bookstore.ask('/feed')).text).toBe(before.text)
      expect(await post('through the door', {})).toBe(201)
      const [first, second] = JSON.parse((await bookstore.ask('/feed')).text) as { body: string; username: string }[]
      expect([first, second]).toMatchObject([
        { body: 'through the door', username: 'ada' },
        { body: 'behind its back', username: 'ada' },
      ])
    })

    it('that were not approved are not shown', async () => {
      const [feed, catalog] = await Promise.all([bookstore.ask('/feed'), bookstore.ask('/catalog?books=1000')])
      const books = JSON.parse(catalog?.text ?? '') as { readonly reviews: readonly { readonly id: number }[] }[]
      const shown = [...(JSON.parse(feed?.text ?? '') as { id: number }[]), ...books.flatMap(({ reviews }) => reviews)]
      const hidden = await bookstore.admin.query<{ id: number }>('select id from review where not is_approved')
      expect(hidden.rowCount).toBe(2000)
      const hiddenIds = new Set(hidden.rows.map(({ id }) => id))
      expect(shown.length).toBeGreaterThan(6000)
      expect(shown.filter(({ id }) => hiddenIds.has(id))).toEqual([])
    })
  })
}
