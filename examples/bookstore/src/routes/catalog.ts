import { join, many, one } from '@seawall/query-batcher/kysely'
import type { Kysely } from 'kysely'
import { again } from '../again.ts'
import { json, problem, type Handler } from '../route.ts'
import type { Tables } from '../schema.ts'

/** Books with their author, genres and approved reviews: three statements, however many books. */
async function catalog(db: Kysely<Tables>, limit: number) {
  const books = db.selectFrom('book').select(['id', 'title', 'published', 'author_id']).orderBy('id').limit(limit)
  return join(db, books, {
    author: one(db.selectFrom('author').select(['id', 'name']), { on: ['author.id', 'author_id'] }),
    genres: many(
      db
        .selectFrom('genre')
        .innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
        .select(['genre.id', 'genre.name'])
        .orderBy('genre.name'),
      { on: ['book_genre.book_id', 'id'] },
    ),
    reviews: many(
      db
        .selectFrom('review')
        .select(['review.id', 'rating', 'body', 'created_at'])
        .where('is_approved', '=', true)
        .orderBy('created_at', 'desc'),
      { on: ['review.book_id', 'id'] },
    ),
  })
}

/** `GET /catalog?books=100`: 1 to 1,000 books. */
export function catalogRoute(db: Kysely<Tables>): Handler {
  return async ({ query }) => {
    const books = Number(query.get('books') ?? 20)
    if (!Number.isInteger(books) || books < 1 || books > 1000)
      return problem(400, 'Bad Request', "'books' must be an integer from 1 to 1000")
    return json(await again(() => catalog(db, books)))
  }
}
