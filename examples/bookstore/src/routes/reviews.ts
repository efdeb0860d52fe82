import type { Cache } from '@seawall/tiered-cache'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { json, problem, type Handler } from '../route.ts'
import type { Tables } from '../schema.ts'
import type { Sessions } from '../session.ts'
import { textField } from '../text-field.ts'
import { reviewsTag } from './feed.ts'

/** What a review touches. */
interface ReviewParts {
  readonly db: Kysely<Tables>
  readonly cache: Cache
  readonly logger: Logger
}

/** `POST /books/:id/reviews` with `rating` and `body`, by who is signed in. Approved at once; what is cached of it goes. */
export function reviewsRoute({ db, cache, logger }: ReviewParts, sessions: Sessions): Handler {
  return async ({ params, body, cookies }) => {
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
    const values = { book_id: bookId, reader_id: session.readerId, rating, body: text, is_approved: true }
    const review = await db.insertInto('review').values(values).returning('id').executeTakeFirstOrThrow()
    // after the commit: before it, a load in between would store the old rows
    await forget(cache, logger)
    return json({ id: review.id }, 201)
  }
}

/** The review is stored: that the shared cache is away must not look like a failure, or it would be posted again. */
async function forget(cache: Cache, logger: Logger): Promise<void> {
  try {
    await cache.invalidateTags([reviewsTag])
  } catch (error) {
    logger.warn({ err: error }, 'other processes may show the old reviews until they expire')
  }
}

/** A number, or in a form its digits. */
function ratingOf(body: unknown): number {
  const rating = (body as { readonly rating?: unknown } | null | undefined)?.rating
  return typeof rating === 'number' ? rating : Number(textField(body, 'rating'))
}

/** A session outlives its reader. */
async function isReader(db: Kysely<Tables>, id: number): Promise<boolean> {
  return (await db.selectFrom('reader').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
}

async function isBook(db: Kysely<Tables>, id: number): Promise<boolean> {
  return (await db.selectFrom('book').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
}
