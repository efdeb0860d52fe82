import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { aggregate, count, exists, prefetch, prefetchRows } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function books() {
  return store.db.selectFrom('book').select(['id', 'translator_id']).orderBy('id')
}

const on = ['review.book_id', 'id'] as const

test('counts the rows of each parent as numbers, 0 where there are none', async () => {
  const reviews = store.db.selectFrom('review')
  const rows = await prefetch(store.db, books(), {
    all: count(reviews, { on }),
    approved: count(reviews.where('is_approved', '=', true), { on }),
  })
  expect(rows.map(({ all, approved }) => [all, approved])).toEqual([
    [3, 2],
    [1, 1],
    [1, 1],
    [0, 0],
  ])
})

test('counts distinct rows', async () => {
  const users = store.db.selectFrom('review').select('user_id').distinct()
  const rows = await prefetch(store.db, books(), { users: count(users, { on }) })
  expect(rows.map(({ users: number }) => number)).toEqual([2, 1, 1, 0])
})

test('counts over a junction table', async () => {
  const links = store.db.selectFrom('genre').innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
  const rows = await prefetch(store.db, books(), { genres: count(links, { on: ['book_genre.book_id', 'id'] }) })
  expect(rows.map(({ genres }) => genres)).toEqual([1, 1, 2, 0])
})

test('counts by a key of several columns', async () => {
  const reviews = count(store.db.selectFrom('review'), {
    on: [
      ['book_id', 'book'],
      ['rating', 'stars'],
    ],
  })
  const rows = await prefetchRows(
    store.db,
    [
      { book: 1, stars: 5 },
      { book: 1, stars: 4 },
    ],
    { reviews },
  )
  expect(rows.map((row) => row.reviews)).toEqual([1, 0])
})

test('says whether a parent has any row', async () => {
  const good = store.db.selectFrom('review').where('rating', '>', 4)
  const rows = await prefetch(store.db, books(), { isPraised: exists(good, { on }) })
  expect(rows.map(({ isPraised }) => isPraised)).toEqual([true, false, false, false])
})

test('aggregates the rows of each parent, null where there are none', async () => {
  const ratings = store.db
    .selectFrom('review')
    .select(({ fn }) => [fn.max('rating').as('best'), fn.count('id').as('n')])
  const rows = await prefetch(store.db, books(), { ratings: aggregate(ratings, { on }) })
  expect(rows.map((row) => row.ratings)).toEqual([{ best: 5, n: '3' }, { best: 4, n: '1' }, { best: 4, n: '1' }, null])
})

test('filters the groups of an aggregate', async () => {
  const often = store.db
    .selectFrom('review')
    .select(({ fn }) => fn.min('rating').as('worst'))
    .having(({ fn }) => fn.countAll(), '>', 1)
  const rows = await prefetch(store.db, books(), { often: aggregate(often, { on }) })
  expect(rows.map((row) => row.often)).toEqual([{ worst: 1 }, null, null, null])
})

test('asks nothing for null keys', async () => {
  const db = watch(store.db)
  const untranslated = books().where('translator_id', 'is', null)
  const authors = store.db.selectFrom('author')
  const author = ['author.id', 'translator_id'] as const
  const rows = await prefetch(db, untranslated, {
    number: count(authors, { on: author }),
    any: exists(authors, { on: author }),
    names: aggregate(
      authors.select(({ fn }) => fn.max('name').as('last')),
      { on: author },
    ),
  })
  expect(rows[0]).toEqual({ id: 2, translator_id: null, number: 0, any: false, names: null })
  expect(db.started).toBe(1)
})

test('takes one statement each, however many parents', async () => {
  const db = watch(store.db)
  const reviews = store.db.selectFrom('review')
  await prefetch(db, books(), { number: count(reviews, { on }), any: exists(reviews, { on }) })
  expect(db.started).toBe(3)
})
