import { Batcher, keyBy } from '@seawall/query-batcher'
import { aggregate, join, many, one } from '@seawall/query-batcher/kysely'
import { sql, type Kysely } from 'kysely'
import { again } from '../again.ts'
import type { Tables } from '../schema.ts'

/** A book with what its part of the page shows. */
export type ShownBook = Awaited<ReturnType<typeof shownBooks>>[number]

/** Brings one book. */
export type BookLoader = (id: number) => Promise<ShownBook>

/** Loads books for fragments that know nothing of each other: those that are missing in one tick come together. */
export function createBookLoader(db: Kysely<Tables>): BookLoader {
  const books = new Batcher(
    async (ids: readonly number[]) => keyBy(await again(() => shownBooks(db, ids)), ids, ({ id }) => id),
    { name: 'shown books', cache: 'batch' },
  )
  return async (id) => {
    const book = await books.load(id)
    if (book === null) throw new Error(`Cannot show book ${id} as it is gone`)
    return book
  }
}

/** Four statements, however many books. */
async function shownBooks(db: Kysely<Tables>, ids: readonly number[]) {
  const approved = db.selectFrom('review').where('is_approved', '=', true)
  const newest = approved
    .innerJoin('reader', 'reader.id', 'review.reader_id')
    .select(['review.rating', 'review.body', 'reader.username'])
    .orderBy('review.created_at', 'desc')
    .orderBy('review.id', 'desc')
  return join(
    db,
    db
      .selectFrom('book')
      .select(['book.id', 'title', 'published', 'author_id'])
      .where('book.id', '=', sql<number>`any(${ids})`),
    {
      author: one(db.selectFrom('author').select(['id', 'name']), { on: ['author.id', 'author_id'], required: true }),
      genres: many(
        db
          .selectFrom('genre')
          .innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
          .select('genre.name')
          .orderBy('genre.name'),
        { on: ['book_genre.book_id', 'id'] },
      ),
      verdict: aggregate(
        approved.select(({ fn }) => [fn.avg<string>('rating').as('rating'), fn.countAll<string>().as('reviews')]),
        { on: ['review.book_id', 'id'] },
      ),
      newest: many(newest, { on: ['review.book_id', 'id'], limit: 1, perParent: 'lateral' }),
    },
  )
}

/** The books that readers liked best, the best first. */
export async function bestBooks(db: Kysely<Tables>, limit: number): Promise<number[]> {
  const rows = await again(() =>
    db
      .selectFrom('review')
      .select('book_id')
      .where('is_approved', '=', true)
      .groupBy('book_id')
      .orderBy(({ fn }) => fn.avg('rating'), 'desc')
      .orderBy(({ fn }) => fn.countAll(), 'desc')
      .orderBy('book_id')
      .limit(limit)
      .execute(),
  )
  return rows.map(({ book_id }) => book_id)
}
