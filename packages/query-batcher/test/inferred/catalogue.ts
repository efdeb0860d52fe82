import type { Kysely } from 'kysely'
import { count, many, one, prefetch } from '../../src/kysely.ts'
import type { Bookstore } from '../schema.ts'

declare const db: Kysely<Bookstore>

const people = db.selectFrom('author').select(['id', 'name', 'editor_id'])
const genres = db.selectFrom('genre').innerJoin('book_genre', 'book_genre.genre_id', 'genre.id').select('genre.name')
const reviews = db.selectFrom('review').select(['rating', 'user_id', 'created_at'])

/** Six relations on three levels. */
export const catalogue = await prefetch(db, db.selectFrom('book').select(['id', 'title', 'author_id']), {
  author: one(people, { on: ['author.id', 'author_id'], required: true }).with({
    editor: one(people, { on: ['author.id', 'editor_id'] }),
  }),
  genres: many(genres, { on: ['book_genre.book_id', 'id'] }),
  reviews: many(reviews, { on: ['review.book_id', 'id'], limit: 3 }).with({
    user: one(db.selectFrom('user').select(['id', 'name']), { on: ['user.id', 'user_id'], required: true }).with({
      reviewCount: count(db.selectFrom('review'), { on: ['review.user_id', 'id'] }),
    }),
  }),
})
