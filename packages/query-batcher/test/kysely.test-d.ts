import type { ControlledTransaction, Kysely, Transaction } from 'kysely'
import { expectTypeOf, test } from 'vitest'
import {
  aggregate,
  count,
  exists,
  join,
  many,
  one,
  prefetch,
  prefetchRows,
  prefetchStream,
  type RelationDatabase,
} from '../src/kysely.ts'
import type { Bookstore } from './schema.ts'

declare const db: Kysely<Bookstore>

const books = db.selectFrom('book').select(['id', 'title', 'author_id', 'translator_id'])
const authors = db.selectFrom('author').select(['id', 'name'])
const reviews = db.selectFrom('review').select(['id', 'rating', 'user_id'])
const users = db.selectFrom('user').select(['id', 'name'])

test('infers the whole tree', async () => {
  const rows = await prefetch(db, books, {
    author: one(authors, { on: ['author.id', 'author_id'], required: true }),
    translator: one(authors, { on: ['author.id', 'translator_id'] }),
    genres: many(
      db
        .selectFrom('genre')
        .innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
        .select(['genre.id', 'genre.name'])
        .orderBy('genre.id'),
      { on: ['book_genre.book_id', 'id'] },
    ),
    reviews: many(reviews.where('is_approved', '=', true), { on: ['review.book_id', 'id'] }).with({
      user: one(users, { on: ['user.id', 'user_id'], required: true }),
    }),
  })
  expectTypeOf(rows).toEqualTypeOf<
    {
      id: number
      title: string
      author_id: number
      translator_id: number | null
      author: { id: number; name: string }
      translator: { id: number; name: string } | null
      genres: { id: number; name: string }[]
      reviews: { id: string; rating: number; user_id: string; user: { id: string; name: string } }[]
    }[]
  >()
})

test('infers rows at hand', async () => {
  const rows = await prefetchRows(db, [{ isbn: 'a', writer: 1 }], {
    author: one(db.selectFrom('author').selectAll(), { on: ['id', 'writer'] }),
  })
  expectTypeOf(rows).toEqualTypeOf<
    { isbn: string; writer: number; author: { id: number; name: string; editor_id: number | null } | null }[]
  >()
})

test('adds relations one by one', () => {
  const relation = many(reviews, { on: ['review.book_id', 'id'] })
    .with({ user: one(users, { on: ['user.id', 'user_id'] }) })
    .with({ again: one(users, { on: ['user.id', 'user_id'] }) })
  type Row = Awaited<ReturnType<typeof relation.load>>[number]
  interface User {
    id: string
    name: string
  }
  expectTypeOf<Row>().toEqualTypeOf<
    { id: string; rating: number; user_id: string; user: User | null; again: User | null }[]
  >()
})

test('nests three levels', async () => {
  const rows = await prefetch(db, authors, {
    books: many(db.selectFrom('book').select(['id', 'title']), { on: ['book.author_id', 'id'] }).with({
      reviews: many(reviews, { on: ['review.book_id', 'id'] }).with({
        user: one(users, { on: ['user.id', 'user_id'] }),
      }),
    }),
  })
  expectTypeOf(rows[0]?.books[0]?.reviews[0]?.user).toEqualTypeOf<{ id: string; name: string } | null | undefined>()
})

test('takes transactions', () => {
  expectTypeOf<Kysely<Bookstore>>().toExtend<RelationDatabase>()
  expectTypeOf<Transaction<Bookstore>>().toExtend<RelationDatabase>()
  expectTypeOf<ControlledTransaction<Bookstore>>().toExtend<RelationDatabase>()
})

test('refuses a parent without the foreign key', async () => {
  await prefetch(db, db.selectFrom('book').select('id'), {
    // @ts-expect-error author_id is not selected
    author: one(authors, { on: ['author.id', 'author_id'] }),
  })
  await prefetchRows(db, [{ id: 1 }], {
    // @ts-expect-error the rows have no author_id
    author: one(authors, { on: ['author.id', 'author_id'] }),
  })
})

test('refuses a foreign key that may be left out', async () => {
  const sometimes = db
    .selectFrom('book')
    .select('id')
    .$if(Math.random() < 0.5, (query) => query.select('author_id'))
  await prefetch(db, sometimes, {
    // @ts-expect-error author_id may be undefined
    author: one(authors, { on: ['author.id', 'author_id'] }),
  })
})

test('refuses a wrong column of the child', async () => {
  await prefetch(db, books, {
    // @ts-expect-error the child has no column nr
    author: one(authors, { on: ['author.nr', 'author_id'] }),
  })
  await prefetch(db, books, {
    // @ts-expect-error the table is not in the child query
    author: one(authors, { on: ['review.id', 'author_id'] }),
  })
  // @ts-expect-error also outside of prefetch
  many(reviews, { on: ['review.nr', 'id'] })
})

test('refuses a wrong column of the parent', async () => {
  await prefetch(db, books, {
    // @ts-expect-error the parent has no column writer_id
    author: one(authors, { on: ['author.id', 'writer_id'] }),
  })
})

test('refuses keys of different types', async () => {
  await prefetch(db, books, {
    // @ts-expect-error a number against a string
    author: one(authors, { on: ['author.id', 'title'] }),
  })
  await prefetch(db, books, {
    // @ts-expect-error a string against a number
    reviews: many(reviews, { on: ['review.user_id', 'id'] }),
  })
})

test('refuses keys that are dates', async () => {
  await prefetch(db, db.selectFrom('review').select(['id', 'created_at']), {
    // @ts-expect-error a Date is not a key
    same: many(reviews, { on: ['review.created_at', 'created_at'] }),
  })
})

test('refuses a name that is a column', async () => {
  await prefetch(db, books, {
    // @ts-expect-error title is a column
    title: one(authors, { on: ['author.id', 'author_id'] }),
  })
  many(reviews, { on: ['review.book_id', 'id'] }).with({
    // @ts-expect-error rating is a column
    rating: one(users, { on: ['user.id', 'user_id'] }),
  })
})

test('refuses a nullable key of a required row', async () => {
  await prefetch(db, books, {
    // @ts-expect-error translator_id may be null
    translator: one(authors, { on: ['author.id', 'translator_id'], required: true }),
  })
})

test('refuses a child without the nested key', () => {
  many(db.selectFrom('review').select('id'), { on: ['review.book_id', 'id'] }).with({
    // @ts-expect-error user_id is not selected
    user: one(users, { on: ['user.id', 'user_id'] }),
  })
})

test('refuses wrong options', () => {
  // @ts-expect-error many has no required
  many(reviews, { on: ['review.book_id', 'id'], required: true })
  // @ts-expect-error on is missing
  one(users, {})
  // @ts-expect-error on has two names
  one(users, { on: ['user.id'] })
})

test('refuses what is not a relation', async () => {
  // @ts-expect-error a query is not a relation
  await prefetch(db, books, { author: authors })
})

test('infers counts, existence and aggregates', async () => {
  const on = ['review.book_id', 'id'] as const
  const rows = await prefetch(db, books, {
    number: count(db.selectFrom('review'), { on }),
    any: exists(reviews, { on }),
    ratings: aggregate(
      db.selectFrom('review').select(({ fn }) => fn.max('rating').as('best')),
      { on },
    ),
  })
  expectTypeOf(rows[0]?.number).toEqualTypeOf<number | undefined>()
  expectTypeOf(rows[0]?.any).toEqualTypeOf<boolean | undefined>()
  expectTypeOf(rows[0]?.ratings).toEqualTypeOf<{ best: number } | null | undefined>()
})

test('infers joined rows as prefetched ones', async () => {
  const rows = await join(db, books, {
    author: one(authors, { on: ['author.id', 'author_id'], required: true }).with({
      books: count(db.selectFrom('book'), { on: ['book.author_id', 'id'] }),
    }),
    translator: one(authors, { on: ['author.id', 'translator_id'] }),
  })
  expectTypeOf(rows).toEqualTypeOf<
    {
      id: number
      title: string
      author_id: number
      translator_id: number | null
      author: { id: number; name: string; books: number }
      translator: { id: number; name: string } | null
    }[]
  >()
})

test('infers what a row knows of its parent', async () => {
  const relation = many(reviews, { on: ['review.book_id', 'id'], backReference: 'book' })
  const rows = await prefetch(db, db.selectFrom('book').select(['id', 'title']), { reviews: relation })
  expectTypeOf(rows[0]?.reviews[0]?.book).toEqualTypeOf<{ id: number; title: string } | undefined>()
  expectTypeOf(rows[0]?.reviews[0]?.rating).toEqualTypeOf<number | undefined>()
})

test('infers a stream', () => {
  const stream = prefetchStream(
    db,
    [{ id: 1 }],
    { n: count(reviews, { on: ['review.book_id', 'id'] }) },
    { chunkSize: 1 },
  )
  expectTypeOf(stream).toEqualTypeOf<AsyncGenerator<{ id: number; n: number }, void, undefined>>()
})

test('takes every column of a key from the parent', async () => {
  const found = one(reviews, {
    on: [
      ['review.book_id', 'id'],
      ['review.user_id', 'reader'],
    ],
  })
  const rows = await prefetchRows(db, [{ id: 1, reader: '1' }], { found })
  expectTypeOf(rows[0]?.found).toEqualTypeOf<{ id: string; rating: number; user_id: string } | null | undefined>()
  await prefetchRows(db, [{ id: 1 }], {
    // @ts-expect-error reader is missing
    found,
  })
  await prefetchRows(db, [{ id: 1, reader: 1 }], {
    // @ts-expect-error reader is a number
    found,
  })
})

test('refuses a wrong column in a key of several', () => {
  many(reviews, {
    on: [
      ['review.book_id', 'id'],
      // @ts-expect-error the child has no column nr
      ['review.nr', 'nr'],
    ],
  })
})

test('refuses counts of wrong columns', async () => {
  await prefetch(db, books, {
    // @ts-expect-error the child has no column nr
    number: count(reviews, { on: ['review.nr', 'id'] }),
  })
  await prefetch(db, books, {
    // @ts-expect-error a string against a number
    any: exists(reviews, { on: ['review.user_id', 'id'] }),
  })
  await join(db, books, {
    // @ts-expect-error the parent has no column writer_id
    author: one(authors, { on: ['author.id', 'writer_id'] }),
  })
})

test('refuses limits where they mean nothing', () => {
  // @ts-expect-error one has no limit
  one(users, { on: ['user.id', 'user_id'], limit: 1 })
  // @ts-expect-error count has no limit
  count(users, { on: ['user.id', 'user_id'], limit: 1 })
  // @ts-expect-error there is no such form
  many(users, { on: ['user.id', 'user_id'], perParent: 'union' })
})

test('refuses a back-reference that is a column', () => {
  // @ts-expect-error rating is a column
  many(reviews, { on: ['review.book_id', 'id'], backReference: 'rating' })
})

test('refuses a name twice', () => {
  const user = one(users, { on: ['user.id', 'user_id'] })
  many(reviews, { on: ['review.book_id', 'id'] })
    .with({ user })
    .with({
      // @ts-expect-error user is there already
      user,
    })
})

test('refuses wrong options of a load', async () => {
  // @ts-expect-error there is no such strategy
  await prefetch(db, books, {}, { strategy: 'union' })
  // @ts-expect-error rows at hand have no query
  await prefetchRows(db, [{ id: 1 }], {}, { strategy: 'json' })
  // @ts-expect-error the chunk size is missing
  prefetchStream(db, [{ id: 1 }], {}, {})
})
