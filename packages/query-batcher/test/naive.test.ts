import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, one, prefetch } from '../src/kysely.ts'
import { openBookstore, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
})
afterAll(() => store.close())

const authorId = fc.integer({ min: 1, max: 4 })
const bookId = fc.integer({ min: 1, max: 8 })
const catalogue = fc.record({
  books: fc.array(fc.record({ author_id: authorId, translator_id: fc.option(authorId) }), { maxLength: 8 }),
  links: fc.array(fc.record({ book_id: bookId, genre_id: fc.integer({ min: 1, max: 3 }) }), { maxLength: 20 }),
  reviews: fc.array(
    fc.record({
      book_id: bookId,
      user_id: fc.integer({ min: 1, max: 3 }).map(String),
      rating: fc.integer({ min: 1, max: 5 }),
      is_approved: fc.boolean(),
    }),
    { maxLength: 25 },
  ),
  leastRating: fc.integer({ min: 1, max: 6 }),
  translator: fc.constantFrom('author 1', 'author 2', 'nobody'),
  maxKeys: fc.integer({ min: 1, max: 5 }),
})
type Catalogue = typeof catalogue extends fc.Arbitrary<infer T> ? T : never

test('gives what loading parent by parent gives', async () => {
  await fc.assert(
    fc.asyncProperty(catalogue, async (given) => {
      await fill(given)
      expect(await prefetched(given)).toEqual(await naive(given))
    }),
    { numRuns: 60 },
  )
}, 60_000)

function queries({ leastRating, translator }: Catalogue) {
  const { db } = store
  return {
    books: db.selectFrom('book').select(['id', 'author_id', 'translator_id']).orderBy('id', 'desc'),
    authors: db.selectFrom('author').select(['id', 'name']),
    translators: db.selectFrom('author').select('name').where('name', '!=', translator),
    genres: db
      .selectFrom('genre')
      .innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
      .select(['genre.id', 'genre.name'])
      .orderBy('genre.id', 'desc'),
    reviews: db
      .selectFrom('review')
      .select(['id', 'rating', 'user_id', 'created_at'])
      .where((eb) => eb.or([eb('is_approved', '=', true), eb('rating', '>=', leastRating)]))
      .orderBy('rating', 'desc')
      .orderBy('id'),
    users: db.selectFrom('user').select(['name']),
  }
}

function prefetched(given: Catalogue) {
  const { books, authors, translators, genres, reviews, users } = queries(given)
  const { maxKeys } = given
  return prefetch(store.db, books, {
    author: one(authors, { on: ['author.id', 'author_id'], maxKeys, required: true }),
    translator: one(translators, { on: ['author.id', 'translator_id'], maxKeys }),
    genres: many(genres, { on: ['book_genre.book_id', 'id'], maxKeys }),
    reviews: many(reviews, { on: ['review.book_id', 'id'], maxKeys }).with({
      user: one(users, { on: ['user.id', 'user_id'], maxKeys }),
    }),
  })
}

async function naive(given: Catalogue) {
  const { books, authors, translators, genres, reviews, users } = queries(given)
  const found = []
  for (const book of await books.execute()) {
    const reviewed = []
    for (const review of await reviews.where('review.book_id', '=', book.id).execute()) {
      const user = (await users.where('user.id', '=', review.user_id).executeTakeFirst()) ?? null
      reviewed.push({ ...review, user })
    }
    const translator =
      book.translator_id === null
        ? undefined
        : await translators.where('author.id', '=', book.translator_id).executeTakeFirst()
    found.push({
      ...book,
      author: await authors.where('author.id', '=', book.author_id).executeTakeFirstOrThrow(),
      translator: translator ?? null,
      genres: await genres.where('book_genre.book_id', '=', book.id).execute(),
      reviews: reviewed,
    })
  }
  return found
}

async function fill({ books, links, reviews }: Catalogue): Promise<void> {
  const { db } = store
  await sql`truncate author, book, genre, book_genre, review, "user"`.execute(db)
  await sql`insert into author select n, 'author ' || n from generate_series(1, 4) n`.execute(db)
  await sql`insert into genre select n, 'genre ' || n from generate_series(1, 3) n`.execute(db)
  await sql`insert into "user" select n, 'user ' || n from generate_series(1, 3) n`.execute(db)
  const isBook = ({ book_id }: { book_id: number }) => book_id <= books.length
  const bookRows = books.map((book, index) => ({ ...book, id: index + 1, title: `${index}`, isbn: '' }))
  const created_at = new Date('2026-01-02T03:04:05.678Z')
  const reviewRows = reviews.filter(isBook).map((review, index) => ({ ...review, id: String(index + 1), created_at }))
  const linkRows = links.filter(isBook)
  if (bookRows.length > 0) await db.insertInto('book').values(bookRows).execute()
  if (linkRows.length > 0) await db.insertInto('book_genre').values(linkRows).execute()
  if (reviewRows.length > 0) await db.insertInto('review').values(reviewRows).execute()
}
