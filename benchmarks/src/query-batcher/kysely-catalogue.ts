import { many, one, prefetch, join } from '@seawall/query-batcher/kysely'
import { Kysely, PostgresDialect, sql, type SqlBool } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Runner } from '../runner.ts'
import { openPool, type Bookshop, type CatalogueBook, type Tables } from './bookshop.ts'
import { catalogueRunner } from './catalogue-runner.ts'

type Db = Kysely<Tables>

/** The ways to load a catalogue with Kysely. */
export type Way = keyof typeof ways

/** One way to load the catalogue. */
export async function start({ shop, way }: { readonly shop: Bookshop; readonly way: Way }): Promise<Runner> {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: openPool(shop.url) }) })
  const times = way === 'naive' ? 1 : 30
  return catalogueRunner(shop, () => ways[way](db), { end: () => db.destroy(), times })
}

const ways = {
  prefetch: (db: Db) => prefetch(db, books(db), relations(db)),
  subquery: (db: Db) => prefetch(db, books(db), relations(db), { strategy: 'subquery' }),
  json: (db: Db) => prefetch(db, books(db), relations(db), { strategy: 'json' }),
  join: (db: Db) =>
    join(db, db.selectFrom('book').select(['book.id', 'title', 'author_id']).orderBy('book.id'), relations(db)),
  'four by hand': byHand,
  'three by hand': joinedByHand,
  jsonArrayFrom: jsonByHand,
  naive,
} satisfies Record<string, (db: Db) => Promise<readonly CatalogueBook[]>>

function books(db: Db) {
  return db.selectFrom('book').select(['id', 'title', 'author_id']).orderBy('id')
}

function authors(db: Db) {
  return db.selectFrom('author').select(['id', 'name'])
}

function genres(db: Db) {
  const linked = db.selectFrom('genre').innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
  return linked.select(['genre.id', 'genre.name']).orderBy('genre.id')
}

function reviews(db: Db) {
  const approved = db.selectFrom('review').where('is_approved', '=', true)
  return approved.select(['review.id', 'rating', 'created_at']).orderBy('created_at', 'desc')
}

function relations(db: Db) {
  return {
    author: one(authors(db), { on: ['author.id', 'author_id'], required: true }),
    genres: many(genres(db), { on: ['book_genre.book_id', 'id'] }),
    reviews: many(reviews(db), { on: ['review.book_id', 'id'] }),
  }
}

/** The same statements as prefetch, put together as one would by hand. */
async function byHand(db: Db) {
  const rows = await books(db).execute()
  const ids = rows.map(({ id }) => id)
  const authorIds = [...new Set(rows.map(({ author_id }) => author_id))]
  const [foundAuthors, foundGenres, foundReviews] = await Promise.all([
    authors(db)
      .where(sql<SqlBool>`id = any(${authorIds})`)
      .execute(),
    ...linkedByHand(db, ids),
  ])
  const authorById = new Map(foundAuthors.map((author) => [author.id, author]))
  return withChildren(rows, foundGenres, foundReviews, ({ author_id }) => authorById.get(author_id) ?? null)
}

/** The author by a join, the others by a statement each. */
async function joinedByHand(db: Db) {
  const query = db.selectFrom('book').innerJoin('author', 'author.id', 'book.author_id')
  const selected = query.select(['book.id', 'title', 'author_id', 'author.name'])
  const found = await selected.orderBy('book.id').execute()
  const rows = found.map(({ name, ...book }) => ({ ...book, author: { id: book.author_id, name } }))
  const [foundGenres, foundReviews] = await Promise.all(
    linkedByHand(
      db,
      rows.map(({ id }) => id),
    ),
  )
  return withChildren(rows, foundGenres, foundReviews, ({ author }) => author)
}

function linkedByHand(db: Db, ids: readonly number[]) {
  return [
    genres(db)
      .select('book_genre.book_id')
      .where(sql<SqlBool>`book_genre.book_id = any(${ids})`)
      .execute(),
    reviews(db)
      .select('review.book_id')
      .where(sql<SqlBool>`review.book_id = any(${ids})`)
      .execute(),
  ] as const
}

type Keyed<Row> = Row & { readonly book_id: number }

function withChildren<Book extends { readonly id: number }, Author, Genre, Review>(
  rows: readonly Book[],
  foundGenres: readonly Keyed<Genre>[],
  foundReviews: readonly Keyed<Review>[],
  authorOf: (book: Book) => Author,
) {
  const genresOf = byBook(foundGenres)
  const reviewsOf = byBook(foundReviews)
  return rows.map((book) => ({
    ...book,
    author: authorOf(book),
    genres: genresOf.get(book.id) ?? [],
    reviews: reviewsOf.get(book.id) ?? [],
  }))
}

function byBook<Row extends { readonly book_id: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const group = groups.get(row.book_id)
    if (group) group.push(row)
    else groups.set(row.book_id, [row])
  }
  return groups
}

/** JSON carries dates as text, which every contender has to give as dates. */
async function jsonByHand(db: Db): Promise<readonly CatalogueBook[]> {
  const found = await books(db)
    .select((eb) => [
      jsonObjectFrom(authors(db).whereRef('author.id', '=', eb.ref('book.author_id'))).as('author'),
      jsonArrayFrom(genres(db).whereRef('book_genre.book_id', '=', eb.ref('book.id'))).as('genres'),
      jsonArrayFrom(reviews(db).whereRef('review.book_id', '=', eb.ref('book.id'))).as('reviews'),
    ])
    .execute()
  for (const { reviews: texts } of found)
    for (const review of texts) (review as { created_at: unknown }).created_at = new Date(review.created_at)
  return found as unknown as readonly CatalogueBook[]
}

/** A statement for each book and relation. */
async function naive(db: Db) {
  const loaded = []
  for (const book of await books(db).execute()) {
    loaded.push({
      ...book,
      author: await authors(db).where('id', '=', book.author_id).executeTakeFirstOrThrow(),
      genres: await genres(db).where('book_genre.book_id', '=', book.id).execute(),
      reviews: await reviews(db).where('review.book_id', '=', book.id).execute(),
    })
  }
  return loaded
}
