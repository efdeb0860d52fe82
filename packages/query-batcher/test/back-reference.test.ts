import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, prefetch, prefetchRows } from '../src/kysely.ts'
import { fillBookstore, openBookstore, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function reviews() {
  const query = store.db.selectFrom('review').select(['id', 'rating']).orderBy('id')
  return many(query, { on: ['review.book_id', 'id'], backReference: 'book' })
}

test.each(['select', 'json', 'subquery'] as const)('every row knows its parent, by %s', async (strategy) => {
  const books = store.db.selectFrom('book').select(['id', 'title']).orderBy('id')
  const [solaris, dispossessed] = await prefetch(store.db, books, { reviews: reviews() }, { strategy })
  expect(solaris?.reviews.map((review) => review.book === solaris)).toEqual([true, true, true])
  expect(dispossessed?.reviews[0]?.book.title).toBe('The Dispossessed')
})

test('JSON does not go in circles', async () => {
  const books = store.db.selectFrom('book').select('id').where('id', '=', 2)
  const rows = await prefetch(store.db, books, { reviews: reviews() })
  expect(JSON.stringify(rows)).toBe('[{"id":2,"reviews":[{"id":"5","rating":4}]}]')
})

test('the first of two equal parents is the one that is known', async () => {
  const [first, second] = await prefetchRows(store.db, [{ id: 2 }, { id: 2 }], { reviews: reviews() })
  expect(first?.reviews[0]?.book).toBe(first)
  expect(second?.reviews[0]?.book).toBe(first)
})

test('its name cannot be given to a relation as well', () => {
  const books = many(store.db.selectFrom('book').select('id'), { on: ['book.id', 'id'] })
  expect(() => reviews().with({ book: books } as never)).toThrow(
    new TypeError("Cannot add relations to a 'many' relation as 'book' is the name of another one already"),
  )
})

test.each(['select', 'json', 'subquery'] as const)(
  'its name cannot be a column of the rows, where the types were put aside, by %s',
  async (strategy) => {
    const query = store.db.selectFrom('review').select(['id', 'rating'])
    const clashing = many(query, { on: ['review.book_id', 'id'], backReference: 'rating' } as never)
    const books = store.db.selectFrom('book').select('id')
    await expect(prefetch(store.db, books, { reviews: clashing } as never, { strategy })).rejects.toThrow(
      new TypeError("Cannot prefetch 'rating' below 'reviews' as the rows have a column of that name already"),
    )
  },
)
