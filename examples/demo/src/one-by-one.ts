import { tracingChannel } from 'node:diagnostics_channel'
import type { Tables } from '@seawall-examples/bookstore'
import { createDatabase } from '@seawall/pooled-db'

/** What loading relations row by row costs. */
export interface Cost {
  readonly statements: number
  readonly ms: number
}

/** Loads the catalog the way that N+1 happens: a statement for each relation of each book. Counts what it sends. */
export async function loadOneByOne(connectionString: string, books: number): Promise<Cost> {
  const db = createDatabase<Tables>({ connectionString, max: 1 })
  let statements = 0
  const count = (): void => void statements++
  const { start } = tracingChannel('seawall:pooled-db:query')
  try {
    await db.selectFrom('book').select('id').limit(1).execute()
    start.subscribe(count)
    const startedAt = performance.now()
    const rows = await db.selectFrom('book').select(['id', 'author_id']).orderBy('id').limit(books).execute()
    for (const { id, author_id } of rows) {
      await db.selectFrom('author').select(['id', 'name']).where('id', '=', author_id).execute()
      const genres = db
        .selectFrom('genre')
        .innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
        .selectAll('genre')
      await genres.where('book_id', '=', id).execute()
      await db
        .selectFrom('review')
        .select(['id', 'rating', 'body'])
        .where('book_id', '=', id)
        .where('is_approved', '=', true)
        .execute()
    }
    return { statements, ms: performance.now() - startedAt }
  } finally {
    start.unsubscribe(count)
    await db.destroy()
  }
}
