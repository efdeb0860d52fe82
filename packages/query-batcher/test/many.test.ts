import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, prefetch } from '../src/kysely.ts'
import { fillBookstore, openBookstore, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function genres() {
  return store.db
    .selectFrom('genre')
    .innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
    .select(['genre.id', 'genre.name'])
}

function books() {
  return store.db.selectFrom('book').select('id').orderBy('id')
}

test('keeps the order of its query inside each parent', async () => {
  const ratings = store.db.selectFrom('review').select(['rating']).orderBy('rating', 'desc')
  const rows = await prefetch(store.db, books(), { reviews: many(ratings, { on: ['review.book_id', 'id'] }) })
  expect(rows.map(({ reviews }) => reviews.map(({ rating }) => rating))).toEqual([[5, 3, 1], [4], [4], []])
})

test('gives two parents of one row two objects', async () => {
  const relation = many(genres().where('genre.id', '=', 1), { on: ['book_genre.book_id', 'id'] })
  const [first, , third] = await prefetch(store.db, books(), { genres: relation })
  expect(first?.genres[0]).toEqual({ id: 1, name: 'science fiction' })
  expect(third?.genres[0]).toEqual(first?.genres[0])
  expect(third?.genres[0]).not.toBe(first?.genres[0])
})

test('returns only the columns that its query selects', async () => {
  const relation = many(genres().orderBy('genre.id'), { on: ['book_genre.book_id', 'id'] })
  const rows = await prefetch(store.db, books().where('id', '=', 3), { genres: relation })
  expect(rows[0]?.genres.map((genre) => Object.keys(genre))).toEqual([
    ['id', 'name'],
    ['id', 'name'],
  ])
})

test('leaves a key that its query selects in the row', async () => {
  const relation = many(store.db.selectFrom('book_genre').selectAll(), { on: ['book_genre.book_id', 'id'] })
  const rows = await prefetch(store.db, books().where('id', '=', 2), { links: relation })
  expect(rows).toEqual([{ id: 2, links: [{ book_id: 2, genre_id: 3 }] }])
})

test('gives parents with the same key arrays of their own', async () => {
  const siblings = many(store.db.selectFrom('book').select('title').orderBy('title'), {
    on: ['author_id', 'author_id'],
  })
  const query = store.db.selectFrom('book').select('author_id').where('author_id', '=', 1)
  const [first, second] = await prefetch(store.db, query, { siblings })
  expect(first?.siblings).toEqual([{ title: 'Solaris' }, { title: 'The Cyberiad' }])
  expect(second?.siblings).toEqual(first?.siblings)
  expect(second?.siblings).not.toBe(first?.siblings)
})

test('takes a query with a with clause and a left join', async () => {
  const query = store.db
    .with('good', (db) => db.selectFrom('review').select(['book_id', 'user_id', 'rating']).where('rating', '>', 3))
    .selectFrom('good')
    .leftJoin('user', (join) => join.onRef('user.id', '=', 'good.user_id').on('user.name', '=', 'Ada'))
    .select(['good.rating', 'user.name'])
  const rows = await prefetch(store.db, books(), { good: many(query, { on: ['good.book_id', 'id'] }) })
  const none = { name: null }
  expect(rows.map(({ good }) => good)).toEqual([
    [{ rating: 5, ...none }],
    [{ rating: 4, ...none }],
    [{ rating: 4, ...none }],
    [],
  ])
})
