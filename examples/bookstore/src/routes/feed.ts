import type { Cache } from '@seawall/tiered-cache'
import type { Kysely } from 'kysely'
import { again } from '../again.ts'
import { json, type Handler } from '../route.ts'
import type { Tables } from '../schema.ts'
import { reviewsTag } from '../tags.ts'

const fiveMinutesMs = 5 * 60 * 1000

/** `GET /feed`: the newest approved reviews, loaded once in five minutes. */
export function feedRoute(db: Kysely<Tables>, cache: Cache): Handler {
  const load = () => again(() => newestReviews(db))
  const options = { ttlMs: fiveMinutesMs, staleIfErrorMs: fiveMinutesMs, tags: [reviewsTag] }
  return async () => json(await cache.getOrSet('feed', load, options))
}

async function newestReviews(db: Kysely<Tables>) {
  const rows = await db
    .selectFrom('review')
    .innerJoin('book', 'book.id', 'review.book_id')
    .innerJoin('reader', 'reader.id', 'review.reader_id')
    .select(['review.id', 'book.title', 'reader.username', 'review.rating', 'review.body', 'review.created_at'])
    .where('review.is_approved', '=', true)
    .orderBy('review.created_at', 'desc')
    .orderBy('review.id', 'desc')
    .limit(50)
    .execute()
  return rows.map(({ created_at, ...row }) => ({ ...row, createdAt: created_at.toISOString() }))
}
