import { nonceOf } from '@seawall/security-headers'
import type { Cache } from '@seawall/tiered-cache'
import type { Kysely } from 'kysely'
import { html, join, raw } from '../html.ts'
import type { Handler } from '../route.ts'
import type { Tables } from '../schema.ts'
import { reviewsTag } from './feed.ts'

const ttlMs = 60_000

/** `GET /`: a page with one inline script and one inline style, each with the nonce of this response. */
export function homeRoute(db: Kysely<Tables>, cache: Cache): Handler {
  return async ({ request }) => {
    const books = await cache.getOrSet('shelf', () => bestBooks(db), { ttlMs, tags: [reviewsTag] })
    const nonce = nonceOf(request)
    const page = html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Bookstore</title>
          <style nonce="${nonce}">
            body {
              font:
                1.1rem/1.5 system-ui,
                sans-serif;
              max-width: 42rem;
              margin: 3rem auto;
              padding: 0 1rem;
            }
            ol {
              padding-left: 1.5rem;
            }
            small {
              color: #555;
            }
          </style>
        </head>
        <body>
          <h1>Bookstore</h1>
          <ol>
            ${join(books.map(({ title, author, rating, reviews }) => html`<li>${title} <small>by ${author}, ${rating} of 5 in ${reviews} reviews</small></li>`))}
          </ol>
          <p id="note">This page works without its script.</p>
          <script nonce="${nonce}">
            document.getElementById('note').textContent = 'The script of this page ran: its nonce matched.'
          </script>
        </body>
      </html>`
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
      body: raw(page),
    }
  }
}

async function bestBooks(db: Kysely<Tables>) {
  const rows = await db
    .selectFrom('book')
    .innerJoin('author', 'author.id', 'book.author_id')
    .innerJoin('review', 'review.book_id', 'book.id')
    .select([
      'book.title',
      'author.name',
      db.fn.avg<string>('review.rating').as('rating'),
      db.fn.countAll<string>().as('reviews'),
    ])
    .where('review.is_approved', '=', true)
    .groupBy(['book.id', 'author.name'])
    .orderBy('rating', 'desc')
    .orderBy('reviews', 'desc')
    .orderBy('book.id')
    .limit(20)
    .execute()
  return rows.map(({ title, name, rating, reviews }) => ({
    title,
    author: name,
    rating: Number(rating).toFixed(1),
    reviews,
  }))
}
