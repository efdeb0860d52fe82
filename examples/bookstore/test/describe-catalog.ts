import type { Service } from '@seawall/services'
import { describe, expect, it } from 'vitest'
import type { Framework } from './framework.ts'
import { useBookstore, type UsedBookstore } from './use-bookstore.ts'

/** What the catalog costs the server, which counts its statements itself. */
export function describeCatalog(framework: Framework, postgres: () => Service): void {
  describe('catalog', () => {
    const bookstore = useBookstore(framework, undefined, () => postgres().url)

    it('takes the same three statements for 10, 100 and 1,000 books', async () => {
      await bookstore.admin.query('create extension pg_stat_statements')
      await bookstore.ask('/catalog?books=10')
      const counts: Record<number, number> = {}
      for (const books of [10, 100, 1000]) {
        const before = await statements(bookstore)
        const answer = await bookstore.ask(`/catalog?books=${books}`)
        expect(JSON.parse(answer.text)).toHaveLength(books)
        counts[books] = (await statements(bookstore)) - before
      }
      expect(counts).toEqual({ 10: 3, 100: 3, 1000: 3 })
    })

    it('equals what loading each relation of each book gives', async () => {
      const books = JSON.parse((await bookstore.ask('/catalog?books=1000')).text) as { readonly id: number }[]
      const sample = books.filter(({ id }) => [1, 2, 500, 999, 1000].includes(id))
      expect(sample).toHaveLength(5)
      for (const book of sample) expect(book).toEqual(await loadAlone(bookstore, book.id))
    })
  })
}

/** How many statements of the bookstore the server has run. */
async function statements({ admin }: UsedBookstore): Promise<number> {
  const { rows } = await admin.query<{ calls: number }>(`
    select coalesce(sum(calls), 0)::int as calls
    from pg_stat_statements join pg_database on pg_database.oid = dbid
    where datname = current_database() and query not like '%pg_stat_statements%'
  `)
  return rows[0]?.calls ?? 0
}

async function loadAlone({ admin }: UsedBookstore, id: number): Promise<unknown> {
  const { rows } = await admin.query<{ author_id: number }>(
    'select id, title, published, author_id from book where id = $1',
    [id],
  )
  const author = await admin.query('select id, name from author where id = $1', [rows[0]?.author_id])
  const genres = await admin.query(
    'select id, name from genre join book_genre on genre_id = id where book_id = $1 order by name',
    [id],
  )
  const reviews = await admin.query(
    `select id, rating, body, created_at from review where book_id = $1 and is_approved order by created_at desc`,
    [id],
  )
  const naive = { ...rows[0], author: author.rows[0], genres: genres.rows, reviews: reviews.rows }
  return JSON.parse(JSON.stringify(naive)) as unknown
}
