import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, prefetch, prefetchRows } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function books() {
  return store.db.selectFrom('book').select('id').orderBy('id')
}

function best(options: { limit?: number; offset?: number; perParent?: 'lateral' | 'window' | undefined }) {
  const ratings = store.db.selectFrom('review').select('rating').orderBy('rating', 'desc')
  return many(ratings, { on: ['review.book_id', 'id'], ...options })
}

const forms = ['lateral', 'window', undefined] as const

test.each(forms)('takes the first rows of each parent by %s', async (perParent) => {
  const rows = await prefetch(store.db, books(), { best: best({ limit: 2, perParent }) })
  expect(rows).toEqual([
    { id: 1, best: [{ rating: 5 }, { rating: 3 }] },
    { id: 2, best: [{ rating: 4 }] },
    { id: 3, best: [{ rating: 4 }] },
    { id: 4, best: [] },
  ])
})

test.each(forms)('leaves out the first rows of each parent by %s', async (perParent) => {
  const rows = await prefetch(store.db, books(), { next: best({ offset: 1, perParent }) })
  expect(rows.map(({ next }) => next.map(({ rating }) => rating))).toEqual([[3, 1], [], [], []])
})

test.each(forms)('takes a page of each parent by %s', async (perParent) => {
  const rows = await prefetch(store.db, books(), { page: best({ limit: 1, offset: 1, perParent }) })
  expect(rows.map(({ page }) => page.map(({ rating }) => rating))).toEqual([[3], [], [], []])
})

test.each(forms)('orders by an alias and with nulls last by %s', async (perParent) => {
  const users = store.db
    .selectFrom('review')
    .select(({ eb, fn }) => [
      'id',
      eb
        .case()
        .when('rating', '=', 5)
        .then(null)
        .else(fn('abs', ['rating']))
        .end()
        .as('stars'),
    ])
    .orderBy('stars', (order) => order.desc().nullsLast())
  const relation = many(users.$castTo<{ id: string; stars: number | null }>(), {
    on: ['review.book_id', 'id'],
    limit: 2,
    perParent,
  })
  const [first] = await prefetch(store.db, books(), { relation })
  expect(first?.relation).toEqual([
    { id: '1', stars: 3 },
    { id: '4', stars: 1 },
  ])
})

test('takes the first rows over a junction table', async () => {
  const genres = store.db
    .selectFrom('genre')
    .innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
    .select('genre.name')
    .orderBy('genre.id', 'desc')
  const rows = await prefetch(store.db, books(), {
    genres: many(genres, { on: ['book_genre.book_id', 'id'], limit: 1 }),
  })
  expect(rows.map((row) => row.genres.map(({ name }) => name))).toEqual([
    ['science fiction'],
    ['utopia'],
    ['satire'],
    [],
  ])
})

test('takes the first distinct rows', async () => {
  const ratings = store.db.selectFrom('review').select('rating').distinct().orderBy('rating')
  const relation = many(ratings, { on: ['review.book_id', 'id'], limit: 2, perParent: 'window' })
  const [first] = await prefetch(store.db, books(), { relation })
  expect(first?.relation).toEqual([{ rating: 1 }, { rating: 3 }])
})

test('splits the keys above maxKeys', async () => {
  const db = watch(store.db)
  const relation = many(store.db.selectFrom('review').select('rating').orderBy('rating'), {
    on: ['review.book_id', 'id'],
    limit: 1,
    perParent: 'lateral',
    maxKeys: 1,
  })
  const rows = await prefetchRows(db, [{ id: 3 }, { id: 1 }], { relation })
  expect(rows.map((row) => row.relation)).toEqual([[{ rating: 4 }], [{ rating: 1 }]])
  expect(db.started).toBe(2)
})

test('asks the planner once, and takes lateral where an index gives the rows of a key in order', async () => {
  const { db } = store
  await sql`create table entry (id int primary key, parent int not null, at int not null, other int not null)`.execute(
    db,
  )
  await sql`insert into entry select n, n % 20, n, n % 20 from generate_series(1, 20000) n`.execute(db)
  await sql`create index on entry (parent, at desc)`.execute(db)
  await sql`analyze entry`.execute(db)
  const entries = db.withTables<{ entry: { id: number; parent: number; other: number; at: number } }>()
  const query = entries.selectFrom('entry').select('id').orderBy('at', 'desc')
  const parents = Array.from({ length: 20 }, (_, id) => ({ id }))
  const indexed = many(query, { on: ['entry.parent', 'id'], limit: 3 })
  const bare = many(query, { on: ['entry.other', 'id'], limit: 3 })

  const watched = watch(db)
  const rows = await prefetchRows(watched, parents, { indexed })
  await prefetchRows(watched, parents, { indexed })
  expect(rows[7]?.indexed).toEqual([{ id: 19_987 }, { id: 19_967 }, { id: 19_947 }])
  expect(watched.statements.map(({ sql: text }) => /explain|lateral|row_number/.exec(text)?.[0])).toEqual([
    'explain',
    'lateral',
    'lateral',
  ])

  const scanned = watch(db)
  expect(await prefetchRows(scanned, parents, { indexed: bare })).toEqual(rows)
  expect(scanned.statements.map(({ sql: text }) => /explain|lateral|row_number/.exec(text)?.[0])).toEqual([
    'explain',
    'row_number',
  ])
})
