import { CamelCasePlugin, type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, one, prefetch, prefetchRows } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'
import type { Bookstore } from './schema.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function relations({ db } = store) {
  return {
    authors: one(db.selectFrom('author').select(['id', 'name']), { on: ['author.id', 'author_id'] }),
    translators: one(db.selectFrom('author').select('name'), { on: ['author.id', 'translator_id'] }),
    genres: many(
      db
        .selectFrom('genre')
        .innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
        .select(['genre.id', 'genre.name'])
        .orderBy('genre.id'),
      { on: ['book_genre.book_id', 'id'] },
    ),
    reviews: many(
      db.selectFrom('review').select(['id', 'rating', 'user_id', 'created_at']).where('is_approved', '=', true),
      { on: ['review.book_id', 'id'] },
    ),
    users: one(db.selectFrom('user').select(['id', 'name']), { on: ['user.id', 'user_id'] }),
  }
}

function books({ db } = store) {
  return db.selectFrom('book').select(['id', 'title', 'author_id', 'translator_id']).orderBy('id')
}

test('loads the whole tree', async () => {
  const { authors, genres, reviews, users } = relations()
  const rows = await prefetch(store.db, books().where('id', '=', 1), {
    author: authors,
    genres,
    reviews: reviews.with({ user: users }),
  })
  const created_at = new Date('2026-01-02T03:04:05Z')
  const ada = '9007199254740993'
  expect(rows).toEqual([
    {
      id: 1,
      title: 'Solaris',
      author_id: 1,
      translator_id: 3,
      author: { id: 1, name: 'Lem' },
      genres: [{ id: 1, name: 'science fiction' }],
      reviews: [
        { id: '1', rating: 3, user_id: ada, created_at, user: { id: ada, name: 'Ada' } },
        { id: '2', rating: 5, user_id: '2', created_at, user: { id: '2', name: 'Bob' } },
      ],
    },
  ])
})

test('gives an empty array for many and null for one where there is nothing', async () => {
  const { genres, reviews, translators } = relations()
  const [blank] = await prefetch(store.db, books().where('id', '=', 4), { genres, reviews, translator: translators })
  expect(blank).toMatchObject({ genres: [], reviews: [], translator: null })
})

test('keeps the order of the parents', async () => {
  const { genres } = relations()
  const rows = await prefetch(store.db, books().clearOrderBy().orderBy('title'), { genres })
  expect(rows.map(({ id }) => id)).toEqual([4, 1, 3, 2])
})

test('loads one relation under two names', async () => {
  const { authors } = relations()
  const rows = await prefetch(store.db, books().where('id', '<', 3), { author: authors, writer: authors })
  expect(rows.map(({ author, writer }) => [author?.name, writer?.name])).toEqual([
    ['Lem', 'Lem'],
    ['Le Guin', 'Le Guin'],
  ])
})

test('nests to the third level and below', async () => {
  const { reviews, users } = relations()
  const { db } = store
  const rows = await prefetch(db, db.selectFrom('author').select(['id']).orderBy('id'), {
    books: many(books(), { on: ['book.author_id', 'id'] }).with({
      reviews: reviews.with({
        user: users.with({
          all: many(db.selectFrom('review').select('id').orderBy('id'), { on: ['review.user_id', 'id'] }),
        }),
      }),
    }),
  })
  const tree = rows.map((author) =>
    author.books.map((book) => book.reviews.map(({ user }) => user?.all.map(({ id }) => id))),
  )
  expect(tree).toEqual([[[['1'], ['2', '3', '4', '5']], [['2', '3', '4', '5']]], [[['2', '3', '4', '5']]], [[]]])
})

test('leaves out nothing when with is called twice', async () => {
  const { reviews, users } = relations()
  const both = reviews.with({ user: users }).with({ again: users })
  const [row] = await prefetch(store.db, books().where('id', '=', 3), { reviews: both })
  expect(row?.reviews).toMatchObject([{ user: { name: 'Bob' }, again: { name: 'Bob' } }])
})

test('leaves the relation that with is called on as it was', async () => {
  const { reviews, users } = relations()
  reviews.with({ user: users })
  const [row] = await prefetch(store.db, books().where('id', '=', 3), { reviews })
  expect(row?.reviews[0]).not.toHaveProperty('user')
})

test('runs only the query when it returns no rows', async () => {
  const db = watch(store.db)
  expect(await prefetch(db, books().where('id', '=', 0), relationsOfBooks())).toEqual([])
  expect(db.started).toBe(1)
})

test('runs no statement for a relation without keys', async () => {
  const db = watch(store.db)
  const rows = await prefetch(db, books().where('translator_id', 'is', null), { translator: relations().translators })
  expect(rows.map(({ translator }) => translator)).toEqual([null, null])
  expect(db.started).toBe(1)
})

test('runs no statement below a level without rows', async () => {
  const { reviews, users } = relations()
  const db = watch(store.db)
  await prefetch(db, books().where('id', '=', 4), { reviews: reviews.with({ user: users }) })
  expect(db.started).toBe(2)
})

test('takes rows at hand and leaves them as they are', async () => {
  const rows = Object.freeze([Object.freeze({ book: 3 }), Object.freeze({ book: 1 })])
  const { db } = store
  const loaded = await prefetchRows(db, rows, {
    titles: many(db.selectFrom('book').select('title'), { on: ['book.id', 'book'] }),
  })
  expect(loaded).toEqual([
    { book: 3, titles: [{ title: 'The Cyberiad' }] },
    { book: 1, titles: [{ title: 'Solaris' }] },
  ])
  expect(rows).toEqual([{ book: 3 }, { book: 1 }])
})

test('gives a row that is listed twice its relations twice', async () => {
  const row = { id: 1 }
  const [first, second] = await prefetchRows(store.db, [row, row], { genres: relations().genres })
  expect(first).toEqual({ id: 1, genres: [{ id: 1, name: 'science fiction' }] })
  expect(second).toEqual(first)
  expect(second?.genres).not.toBe(first?.genres)
})

test('runs no statement for no rows at hand', async () => {
  const db = watch(store.db)
  const none: { id: number }[] = []
  expect(await prefetchRows(db, none, { genres: relations().genres })).toEqual([])
  expect(db.started).toBe(0)
})

test('works with the names of CamelCasePlugin', async () => {
  const db = camelCase(store.db)
  const rows = await prefetch(db, db.selectFrom('book').select(['id', 'authorId']).where('book.id', '=', 2), {
    author: one(db.selectFrom('author').select(['editorId']), { on: ['author.id', 'authorId'] }),
    siblings: many(db.selectFrom('book').select('book.id'), { on: ['book.authorId', 'authorId'] }),
  })
  expect(rows).toEqual([{ id: 2, authorId: 2, author: { editorId: 1 }, siblings: [{ id: 2 }] }])
})

test('works with withSchema', async () => {
  const db = store.db.withSchema('public')
  const rows = await prefetch(db, db.selectFrom('book').select('id').where('id', '=', 3), {
    reviews: many(db.selectFrom('review').select('rating'), { on: ['review.book_id', 'id'] }),
  })
  expect(rows).toEqual([{ id: 3, reviews: [{ rating: 4 }] }])
})

test('counts by a grouped query', async () => {
  const { db } = store
  const counts = db
    .selectFrom('review')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .groupBy('review.book_id')
  const rows = await prefetch(db, books().select('isbn'), { reviews: one(counts, { on: ['review.book_id', 'id'] }) })
  expect(rows.map(({ reviews }) => reviews?.count)).toEqual(['3', '1', '1', undefined])
})

test('refuses rows without the column of the key', async () => {
  const { db } = store
  const cast = db.selectFrom('book').select('id').$castTo<{ id: number; author_id: number }>()
  await expect(prefetch(db, cast, { author: relations().authors })).rejects.toThrow(
    "Cannot prefetch 'author' as the rows have no column 'author_id': select it in their query",
  )
})

test.each([
  ['a Date', sql<string>`now()`, 'Date'],
  ['a Buffer', sql<string>`'a'::bytea`, 'Buffer'],
  ['a boolean', sql<string>`true`, 'boolean'],
])('refuses %s as a key', async (_, expression, type) => {
  const { db } = store
  const query = db.selectFrom('book').select(expression.as('key'))
  const found = many(db.selectFrom('user').select('id'), { on: ['user.id', 'key'] })
  await expect(prefetch(db, query, { found })).rejects.toThrow(
    new TypeError(
      `Cannot prefetch 'found' as a key must be a string, a number or a bigint: current type of 'key' is ${type}`,
    ),
  )
})

test('takes bigint keys beyond the safe integers', async () => {
  const rows = await prefetchRows(store.db, [{ user: 9007199254740993n }, { user: 9007199254740992n }], {
    found: one(withBigints(store.db).selectFrom('user').select('name'), { on: ['user.id', 'user'] }),
  })
  expect(rows).toMatchObject([{ found: { name: 'Ada' } }, { found: null }])
})

test('refuses a name that is a column, where the types were put aside', async () => {
  const relation = { title: relations().authors }
  await expect(prefetch(store.db, books(), relation as never)).rejects.toThrow(
    new TypeError("Cannot prefetch 'title' as the rows have a column of that name already"),
  )
})

test.each([[undefined], [null], [[]], ['author'], [{ author: undefined }], [{ author: {} }]])(
  'refuses %j as relations before any statement',
  async (wrong) => {
    const db = watch(store.db)
    await expect(prefetch(db, books(), wrong as never)).rejects.toThrow(TypeError)
    expect(db.started).toBe(0)
  },
)

function relationsOfBooks() {
  const { authors, genres, reviews } = relations()
  return { author: authors, genres, reviews }
}

interface CamelBookstore {
  book: { id: number; authorId: number }
  author: { id: number; editorId: number | null }
}

function camelCase(db: Kysely<Bookstore>): Kysely<CamelBookstore> {
  return db.withPlugin(new CamelCasePlugin()) as unknown as Kysely<CamelBookstore>
}

/** As with a parser that turns int8 into bigint. */
function withBigints(db: Kysely<Bookstore>) {
  return db as unknown as Kysely<{ user: { id: bigint; name: string } }>
}
