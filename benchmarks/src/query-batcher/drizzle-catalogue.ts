import { asc, desc, eq, relations } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { boolean, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import type { Runner } from '../runner.ts'
import { openPool, type Bookshop } from './bookshop.ts'
import { catalogueRunner } from './catalogue-runner.ts'

const author = pgTable('author', { id: integer().primaryKey(), name: text().notNull() })
const book = pgTable('book', { id: integer().primaryKey(), title: text().notNull(), author_id: integer().notNull() })
const genre = pgTable('genre', { id: integer().primaryKey(), name: text().notNull() })
const bookGenre = pgTable('book_genre', { book_id: integer().notNull(), genre_id: integer().notNull() }, (table) => [
  primaryKey({ columns: [table.book_id, table.genre_id] }),
])
const review = pgTable('review', {
  id: integer().primaryKey(),
  book_id: integer().notNull(),
  rating: integer().notNull(),
  is_approved: boolean().notNull(),
  created_at: timestamp({ withTimezone: true }).notNull(),
})
const bookRelations = relations(book, ({ one, many }) => ({
  author: one(author, { fields: [book.author_id], references: [author.id] }),
  links: many(bookGenre),
  reviews: many(review),
}))
const linkRelations = relations(bookGenre, ({ one }) => ({
  book: one(book, { fields: [bookGenre.book_id], references: [book.id] }),
  genre: one(genre, { fields: [bookGenre.genre_id], references: [genre.id] }),
}))
const reviewRelations = relations(review, ({ one }) => ({
  book: one(book, { fields: [review.book_id], references: [book.id] }),
}))
const schema = { author, book, genre, bookGenre, review, bookRelations, linkRelations, reviewRelations }

/** Drizzle's relational query. */
export async function start({ shop }: { readonly shop: Bookshop }): Promise<Runner> {
  const pool = openPool(shop.url)
  const db = drizzle(pool, { schema })
  const load = async () => {
    const books = await db.query.book.findMany({
      orderBy: asc(book.id),
      with: {
        author: true,
        links: {
          columns: {},
          with: { genre: true },
          orderBy: asc(bookGenre.genre_id),
        },
        reviews: {
          columns: { id: true, rating: true, created_at: true },
          where: eq(review.is_approved, true),
          orderBy: desc(review.created_at),
        },
      },
    })
    return books.map(({ links, ...rest }) => ({ ...rest, genres: links.map((link) => link.genre) }))
  }
  return catalogueRunner(shop, load, { end: () => pool.end() })
}
