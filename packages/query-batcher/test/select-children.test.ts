import { sql, type SqlBool } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, one, prefetchRows } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function titles(maxKeys?: number) {
  return one(store.db.selectFrom('book').select('title'), { on: ['book.id', 'book'], maxKeys })
}

test('splits the keys above maxKeys', async () => {
  const db = watch(store.db)
  const rows = await prefetchRows(db, [{ book: 3 }, { book: 1 }, { book: 2 }], { found: titles(2) })
  expect(rows.map(({ found }) => found?.title)).toEqual(['The Cyberiad', 'Solaris', 'The Dispossessed'])
  expect(db.started).toBe(2)
  expect(db.most).toBe(1)
})

test('takes one statement for as many keys as maxKeys, however often they occur', async () => {
  const db = watch(store.db)
  await prefetchRows(
    db,
    [1, 2, 1, 2, 1].map((book) => ({ book })),
    { found: titles(2) },
  )
  expect(db.started).toBe(1)
})

test('takes one statement for 10,000 keys and two for 10,001', async () => {
  const rows = Array.from({ length: 10_001 }, (_, index) => ({ book: index + 1 }))
  const two = watch(store.db)
  const found = await prefetchRows(two, rows, { found: titles() })
  expect(found.filter((row) => row.found !== null)).toHaveLength(4)
  expect(two.started).toBe(2)
  const single = watch(store.db)
  await prefetchRows(single, rows.slice(1), { found: titles() })
  expect(single.started).toBe(1)
})

test('takes 70,000 keys in statements of 10,000, for one and for many', async () => {
  const rows = Array.from({ length: 70_000 }, (_, index) => ({ book: 70_000 - index }))
  const ratings = store.db.selectFrom('review').select('rating').orderBy('rating')
  const db = watch(store.db)
  const found = await prefetchRows(db, rows, {
    title: titles(),
    ratings: many(ratings, { on: ['review.book_id', 'book'] }),
  })
  expect(found).toHaveLength(70_000)
  expect(found[0]).toEqual({ book: 70_000, title: null, ratings: [] })
  expect(found.at(-1)).toEqual({
    book: 1,
    title: { title: 'Solaris' },
    ratings: [{ rating: 1 }, { rating: 3 }, { rating: 5 }],
  })
  expect(db.started).toBe(14)
})

test('does not select a key twice that the rows have anyway', async () => {
  const { db } = store
  const watched = watch(db)
  const [row] = await prefetchRows(watched, [{ id: 3 }], {
    book: one(db.selectFrom('book').select(['title', 'book.id as nr']), { on: ['book.id', 'id'] }),
    ratings: many(db.selectFrom('review').select(['rating', 'book_id']), { on: ['review.book_id', 'id'] }),
  })
  expect(row).toEqual({ id: 3, book: { title: 'The Cyberiad', nr: 3 }, ratings: [{ rating: 4, book_id: 3 }] })
  expect(watched.statements.filter(({ sql: text }) => text.includes('prefetch key'))).toEqual([])
})

test.each([
  ['is the name of another column too', sql<number>`rating * 100`.as('book_id')],
  ['may hide in an expression without a name', sql`id, 0 as book_id` as never],
])('selects the key besides where its column %s', async (_, other) => {
  const query = store.db.selectFrom('review').select(['rating', 'book_id', other]).where('id', '=', '3')
  const [row] = await prefetchRows(store.db, [{ book: 3 }], { found: many(query, { on: ['review.book_id', 'book'] }) })
  expect(row?.found).toHaveLength(1)
})

test('takes more keys in one statement than PostgreSQL takes parameters', async () => {
  const rows = Array.from({ length: 70_000 }, (_, index) => ({ book: index + 1 }))
  const db = watch(store.db)
  const found = await prefetchRows(db, rows, { found: titles(100_000) })
  expect(found.filter((row) => row.found !== null)).toHaveLength(4)
  expect(db.started).toBe(1)
})

test('keeps the order of the query inside each parent when the keys are split', async () => {
  const ratings = many(store.db.selectFrom('review').select('rating').orderBy('rating', 'desc'), {
    on: ['review.book_id', 'book'],
    maxKeys: 1,
  })
  const rows = await prefetchRows(store.db, [{ book: 3 }, { book: 1 }], { ratings })
  expect(rows.map((row) => row.ratings.map(({ rating }) => rating))).toEqual([[4], [5, 3, 1]])
})

test('sends all keys as one parameter', async () => {
  const db = watch(store.db)
  await prefetchRows(db, [{ book: 3 }, { book: 1 }, { book: 3 }], { found: titles() })
  expect(db.statements.map(({ parameters }) => parameters)).toEqual([[[3, 1]]])
})

test('refuses a row that the database holds for equal and JavaScript does not', async () => {
  const users = one(store.db.selectFrom('user').select('name'), { on: ['user.id', 'user'] })
  await expect(prefetchRows(store.db, [{ user: '02' }], { users })).rejects.toThrow(
    "Cannot prefetch 'users' as the database returned a row whose 'user.id' has not the text of any key",
  )
})

test('refuses rows that a raw or without parentheses lets in', async () => {
  const loose = store.db
    .selectFrom('book')
    .select('title')
    .where(sql<SqlBool>`title = 'Blank' or id > 0`)
  const found = one(loose, { on: ['book.id', 'book'] })
  await expect(prefetchRows(store.db, [{ book: 1 }], { found })).rejects.toThrow(
    'a raw "or" in the query needs parentheses',
  )
})
