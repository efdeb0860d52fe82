import { createFragments, type Cache, type CacheKey } from '@seawall/tiered-cache'
import type { Kysely } from 'kysely'
import { again } from '../again.ts'
import type { Html } from '../html.ts'
import type { Tables } from '../schema.ts'
import { countRender } from '../server-timing.ts'
import { bookTag, reviewsTag } from '../tags.ts'
import { bestBooks, createBookLoader } from './shown-book.ts'
import { bookCard, main, shelf, subjects, templates, type Subject } from './templates.ts'

const booksOnShelf = 24

/**
 * What the home page shows to everybody, in fragments within fragments: the page, in it the shelf and the subjects, on
 * the shelf each book. A review outdates its book, the shelf, whose order it may change, and by these the page; all else
 * is taken as it was rendered. Nothing of one reader or one response is in it: no name, no nonce.
 */
export function createShelfPage(db: Kysely<Tables>, cache: Cache): () => Promise<Html> {
  const fragment = createFragments(cache, { digest: templates })
  const counted = (key: CacheKey, tags: readonly string[], render: () => Promise<Html>): Promise<Html> =>
    fragment(key, { tags }, () => {
      countRender()
      return render()
    })
  const load = createBookLoader(db)
  const bookFragment = (id: number): Promise<Html> =>
    counted(['book', id], [bookTag(id)], async () => bookCard(await load(id)))
  const shelfFragment = (): Promise<Html> =>
    counted('shelf', [reviewsTag], async () =>
      shelf(await fragment.all(await bestBooks(db, booksOnShelf), bookFragment)),
    )
  const subjectsFragment = (): Promise<Html> => counted('subjects', [], async () => subjects(await booksBySubject(db)))
  return () => counted('main', [], async () => main(...(await Promise.all([shelfFragment(), subjectsFragment()]))))
}

async function booksBySubject(db: Kysely<Tables>): Promise<Subject[]> {
  return again(() =>
    db
      .selectFrom('genre')
      .innerJoin('book_genre', 'book_genre.genre_id', 'genre.id')
      .select(({ fn }) => ['genre.name', fn.countAll<string>().as('books')])
      .groupBy('genre.name')
      .orderBy('genre.name')
      .execute(),
  )
}
