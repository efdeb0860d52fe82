import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { html, join, type Html } from '../html.ts'
import type { ShownBook } from './shown-book.ts'

/** Names these templates, or all the code where it is one file: what other code has kept of fragments is not theirs. */
export const templates = createHash('sha256')
  .update(readFileSync(new URL(import.meta.url)))
  .digest('hex')
  .slice(0, 16)

/** A subject and how many books are about it. */
export interface Subject {
  readonly name: string
  readonly books: string
}

const ratings = [
  [5, 'Superb'],
  [4, 'Good'],
  [3, 'Fair'],
  [2, 'Weak'],
  [1, 'Poor'],
] as const

/** A book on the shelf, the same for everybody. The style sheet hides the form from who is not signed in. */
export function bookCard({ id, title, published, author, genres, verdict, newest: [review] }: ShownBook): Html {
  const rating = Number(verdict?.rating ?? 0)
  return html`<li class="book" id="book-${id}">
    <div class="cover" data-tone="${title.length % 6}" aria-hidden="true"><span>${title}</span></div>
    <div class="about">
      <h2>${title}</h2>
      <p class="by">${author.name}, ${published}</p>
      <p class="rating">
        <span class="stars" data-stars="${Math.round(rating)}" aria-hidden="true"></span>
        ${rating.toFixed(1)} of 5 <small>by ${verdict?.reviews ?? 0} readers</small>
      </p>
      ${review === undefined ? html`` : quote(review)}
      <ul class="genres">
        ${join(genres.map(({ name }) => html`<li>${name}</li>`))}
      </ul>
      ${reviewForm(id, title)}
    </div>
  </li>`
}

function quote({ body, username }: ShownBook['newest'][number]): Html {
  return html`<blockquote>
    <p>${body}</p>
    <cite>${username}</cite>
  </blockquote>`
}

function reviewForm(id: number, title: string): Html {
  return html`<details class="write">
    <summary>Write a review</summary>
    <form method="post" action="/books/${id}/reviews" aria-label="Review of ${title}">
      <label>
        Rating
        <select name="rating">
          ${join(ratings.map(([value, word]) => html`<option value="${value}">${value} · ${word}</option>`))}
        </select>
      </label>
      <label>Review <textarea name="body" rows="3" maxlength="1000" required></textarea></label>
      <button>Post</button>
    </form>
  </details>`
}

/** The shelf around its books. */
export function shelf(books: readonly Html[]): Html {
  return html`<ol id="shelf">
    ${join(books)}
  </ol>`
}

/** What the books are about. */
export function subjects(all: readonly Subject[]): Html {
  return html`<aside aria-labelledby="subjects">
    <h2 id="subjects">By subject</h2>
    <ul>
      ${join(all.map(({ name, books }) => html`<li>${name} <small>${books}</small></li>`))}
    </ul>
  </aside>`
}

/** What everybody sees between head and foot. */
export function main(books: Html, aside: Html): Html {
  return html`<main>
    <section aria-labelledby="best">
      <h1 id="best">What readers liked best</h1>
      ${books}
    </section>
    ${aside}
  </main>`
}
