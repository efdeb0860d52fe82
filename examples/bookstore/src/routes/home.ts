import { nonceOf } from '@seawall/security-headers'
import type { Cache } from '@seawall/tiered-cache'
import type { Kysely } from 'kysely'
import type { AssetManifest } from '../assets/manifest.ts'
import { assetsPath } from '../assets/static-files.ts'
import { html, join, raw, type Html } from '../html.ts'
import type { Handler } from '../route.ts'
import type { Tables } from '../schema.ts'
import { reviewsTag } from './feed.ts'

const ttlMs = 60_000

/** `GET /`: the shelf, with a script and a style sheet that browsers take only as they were built. */
export function homeRoute(db: Kysely<Tables>, cache: Cache, assets: AssetManifest): Handler {
  const mark = urlOf(assets, 'mark.svg')
  const style = html`<link
    rel="stylesheet"
    href="${urlOf(assets, 'site.css')}"
    integrity="${integrityOf(assets, 'site.css')}"
  />`
  return async ({ request }) => {
    const books = await cache.getOrSet('shelf', () => bestBooks(db), { ttlMs, tags: [reviewsTag] })
    const page = html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Bookstore</title>
          <link rel="icon" href="${mark}" />
          ${style}
          <script
            nonce="${nonceOf(request)}"
            src="${urlOf(assets, 'site.js')}"
            integrity="${integrityOf(assets, 'site.js')}"
            defer
          ></script>
        </head>
        <body>
          <header>
            <img src="${mark}" alt="" />
            <h1>Bookstore</h1>
          </header>
          <main>
            <p>What readers liked best.</p>
            <ol id="shelf">
              ${join(books.map(item))}
            </ol>
          </main>
          <footer>Ratings are of approved reviews alone.</footer>
        </body>
      </html>`
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
      body: raw(page),
    }
  }
}

function item({ title, author, rating, reviews }: Book): Html {
  return html`<li>
    <cite>${title}</cite>
    <span class="rating">${rating} of 5</span>
    <small>by ${author}</small>
    <small>${reviews} reviews</small>
  </li>`
}

function urlOf(assets: AssetManifest, name: string): string {
  return assetsPath + (assets[name]?.file ?? name)
}

function integrityOf(assets: AssetManifest, name: string): string {
  return assets[name]?.integrity ?? ''
}

type Book = Awaited<ReturnType<typeof bestBooks>>[number]

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
