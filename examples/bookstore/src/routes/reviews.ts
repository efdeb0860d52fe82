import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { again } from '../again.ts'
import type { Caches } from '../caches.ts'
import { afterForm } from '../pages/prefers-page.ts'
import { json, problem, type Handler } from '../route.ts'
import type { Tables } from '../schema.ts'
import type { Sessions } from '../session.ts'
import { bookTag, reviewsTag } from '../tags.ts'
import { textField } from '../text-field.ts'

/** What a review touches. */
interface ReviewParts {
  readonly db: Kysely<Tables>
  readonly caches: Caches
}

/** `POST /books/:id/reviews` with `rating` and `body`, by who is signed in. Approved at once; what is cached of it goes. */
export function reviewsRoute({ db, caches }: ReviewParts, sessions: Sessions): Handler {
  return async ({ request, params, body, cookies }) => {
    const session = sessions.read(cookies)
    if (session === undefined) return problem(401, 'Unauthorized', 'Sign in first')
    const text = textField(body, 'body')
    const rating = ratingOf(body)
    if (text === undefined || !Number.isInteger(rating) || rating < 1 || rating > 5)
      return problem(
        400,
        'Bad Request',
        "'rating' must be an integer from 1 to 5 and 'body' a text of 1 to 1000 characters",
      )
    const bookId = Number(params['id'])
    const book = Number.isSafeInteger(bookId) && bookId > 0 && bookId < 2 ** 31 ? await isBook(db, bookId) : false
    if (!book) return problem(404, 'Not Found', 'No such book')
    if (!(await isReader(db, session.readerId))) return problem(401, 'Unauthorized', 'Sign in again')
    const review = { book_id: bookId, reader_id: session.readerId, rating, body: text, is_approved: true }
    const id = await store(db, { ...review, submission: randomUUID() })
    // after the commit: before it, a load in between would store the old rows
    await caches.forget([reviewsTag, bookTag(bookId)])
    return afterForm(request, `/#book-${bookId}`, json({ id }, 201))
  }
}

type NewReview = Omit<Tables['review'], 'id' | 'created_at' | 'submission'> & { readonly submission: string }

/**
 * Stores a review once, however often it takes: when the connection goes under the insert nobody knows whether it was
 * committed, and the submission tells.
 */
async function store(db: Kysely<Tables>, review: NewReview): Promise<number> {
  const { submission } = review
  const insert = db
    .insertInto('review')
    .values(review)
    .onConflict((conflict) => conflict.column('submission').doUpdateSet({ submission }))
    .returning('id')
  return (await again(() => insert.executeTakeFirstOrThrow())).id
}

/** A number, or in a form its digits. */
function ratingOf(body: unknown): number {
  const rating = (body as { readonly rating?: unknown } | null | undefined)?.rating
  return typeof rating === 'number' ? rating : Number(textField(body, 'rating'))
}

/** A session outlives its reader. */
async function isReader(db: Kysely<Tables>, id: number): Promise<boolean> {
  const readers = db.selectFrom('reader').select('id').where('id', '=', id)
  return (await again(() => readers.executeTakeFirst())) !== undefined
}

async function isBook(db: Kysely<Tables>, id: number): Promise<boolean> {
  const books = db.selectFrom('book').select('id').where('id', '=', id)
  return (await again(() => books.executeTakeFirst())) !== undefined
}
