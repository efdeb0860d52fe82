import { startPostgres, type Service } from '@seawall/services'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { count, exists, join, many, one, prefetch } from '../src/kysely.ts'
import { openBookstore, type TestBookstore } from './bookstore.ts'

let server: Service
let store: TestBookstore
beforeAll(async () => {
  server = await startPostgres({ maxConnections: 30, settings: { shared_preload_libraries: 'pg_stat_statements' } })
  store = await openBookstore(server.url)
  await sql`create extension pg_stat_statements`.execute(store.db)
  await fillWith(1_000)
}, 60_000)
afterAll(async () => {
  await store?.close()
  await server?.stop()
})

test.each([10, 100, 1_000])('takes five statements at the server for %d parents', async (count) => {
  await sql`select pg_stat_statements_reset()`.execute(store.db)
  const rows = await prefetchBooks(count)
  expect(rows).toHaveLength(count)
  expect(rows.flatMap(({ reviews }) => reviews.map(({ user }) => user.name))).toHaveLength(count * 3)
  expect(await countStatements()).toBe(5)
})

test.each([10, 100, 1_000])("takes three statements for the guide's optimized catalog of %d books", async (number) => {
  await sql`select pg_stat_statements_reset()`.execute(store.db)
  const books = await optimizedCatalog(number)
  expect(books).toHaveLength(number)
  expect(books[0]).toEqual({
    id: 1,
    title: 'book 1',
    author_id: 2,
    author: { name: 'author 2' },
    genres: [{ name: 'genre 2' }, { name: 'genre 3' }, { name: 'genre 4' }],
    reviews: [{ rating: 2 }, { rating: 1 }, { rating: 0 }],
  })
  expect(await countStatements()).toBe(3)
})

test('takes one statement by JSON, and one for each relation of any other kind', async () => {
  const { db } = store
  const books = () => db.selectFrom('book').select(['id', 'author_id']).orderBy('id')
  const on = ['review.book_id', 'id'] as const
  const top = many(db.selectFrom('review').select('rating').orderBy('rating', 'desc'), {
    on,
    limit: 3,
    perParent: 'lateral',
  })
  const relations = {
    top,
    number: count(db.selectFrom('review'), { on }),
    any: exists(db.selectFrom('review'), { on }),
  }
  await prefetch(db, books(), relations, { strategy: 'json' })
  for (const [strategy, statements] of [
    ['json', 1],
    ['select', 4],
    ['subquery', 4],
  ] as const) {
    await sql`select pg_stat_statements_reset()`.execute(db)
    const rows = await prefetch(db, books(), relations, { strategy })
    expect(rows[999]).toMatchObject({ top: [{ rating: 4 }, { rating: 3 }, { rating: 2 }], number: 5, any: true })
    expect(await countStatements()).toBe(statements)
  }
})

test('counts every statement of the naive way', async () => {
  await sql`select pg_stat_statements_reset()`.execute(store.db)
  const books = await store.db.selectFrom('book').select(['id', 'author_id']).limit(10).execute()
  for (const { author_id } of books) {
    await store.db.selectFrom('author').select('name').where('id', '=', author_id).execute()
  }
  expect(await countStatements()).toBe(11)
})

/** `select_related('author')`, `prefetch_related('genres')` and a `Prefetch` of the approved reviews. */
function optimizedCatalog(number: number) {
  const { db } = store
  const genres = db.selectFrom('genre').innerJoin('book_genre', 'book_genre.genre_id', 'genre.id').select('genre.name')
  const approved = db.selectFrom('review').select('rating').where('is_approved', '=', true).orderBy('rating', 'desc')
  const query = db.selectFrom('book').select(['book.id', 'title', 'author_id']).orderBy('book.id').limit(number)
  return join(db, query, {
    author: one(db.selectFrom('author').select('name'), { on: ['author.id', 'author_id'], required: true }),
    genres: many(genres.orderBy('genre.id'), { on: ['book_genre.book_id', 'id'] }),
    reviews: many(approved, { on: ['review.book_id', 'id'] }),
  })
}

function prefetchBooks(count: number) {
  const { db } = store
  const genres = db.selectFrom('genre').innerJoin('book_genre', 'book_genre.genre_id', 'genre.id').select('genre.name')
  const reviews = db.selectFrom('review').select(['rating', 'user_id']).where('is_approved', '=', true)
  const users = db.selectFrom('user').select('name')
  return prefetch(db, db.selectFrom('book').select(['id', 'author_id']).orderBy('id').limit(count), {
    author: one(db.selectFrom('author').select('name'), { on: ['author.id', 'author_id'], required: true }),
    genres: many(genres, { on: ['book_genre.book_id', 'id'] }),
    reviews: many(reviews, { on: ['review.book_id', 'id'] }).with({
      user: one(users, { on: ['user.id', 'user_id'], required: true }),
    }),
  })
}

async function countStatements(): Promise<number> {
  const { rows } = await sql<{ calls: number }>`
    select coalesce(sum(calls), 0)::int as calls from pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database())
    and query not like '%pg_stat_statements%'
  `.execute(store.db)
  return rows[0]?.calls ?? -1
}

async function fillWith(books: number): Promise<void> {
  await sql`insert into author select n, 'author ' || n from generate_series(1, 100) n`.execute(store.db)
  await sql`insert into genre select n, 'genre ' || n from generate_series(1, 10) n`.execute(store.db)
  await sql`insert into "user" select n, 'user ' || n from generate_series(1, 50) n`.execute(store.db)
  await sql`insert into book select n, 'book ' || n, n % 100 + 1, null, n from generate_series(1, ${sql.lit(books)}) n`.execute(
    store.db,
  )
  await sql`insert into book_genre select id, (id + n) % 10 + 1 from book, generate_series(0, 2) n`.execute(store.db)
  await sql`create index on review (book_id)`.execute(store.db)
  await sql`
    insert into review select id * 10 + n, id, (id + n) % 50 + 1, n, n < 3, now() from book, generate_series(0, 4) n
  `.execute(store.db)
}
