import type { Generated, Kysely } from 'kysely'
import { sql } from 'kysely'

/** The tables of the bookstore. */
export interface Tables {
  /** Who wrote books. */
  author: { id: Generated<number>; name: string }
  /** What is sold. */
  book: { id: Generated<number>; title: string; author_id: number; published: number }
  /** What books are about. */
  genre: { id: Generated<number>; name: string }
  /** Which book is about what. */
  book_genre: { book_id: number; genre_id: number }
  /** What readers think. */
  review: {
    id: Generated<number>
    book_id: number
    reader_id: number
    rating: number
    body: string
    is_approved: boolean
    created_at: Generated<Date>
    submission: Generated<string>
  }
  /** Who may sign in. */
  reader: { id: Generated<number>; username: string; password_hash: string }
}

/** Creates the tables where there are none. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  await sql`
    create table if not exists author (id int generated always as identity primary key, name text not null);
    create table if not exists genre (id int generated always as identity primary key, name text not null unique);
    create table if not exists book (
      id int generated always as identity primary key,
      title text not null,
      author_id int not null references author,
      published int not null
    );
    create table if not exists book_genre (
      book_id int not null references book, genre_id int not null references genre, primary key (book_id, genre_id)
    );
    create table if not exists reader (
      id int generated always as identity primary key, username text not null unique, password_hash text not null
    );
    create table if not exists review (
      id int generated always as identity primary key,
      book_id int not null references book,
      reader_id int not null references reader,
      rating int not null check (rating between 1 and 5),
      body text not null,
      is_approved boolean not null,
      created_at timestamptz not null default now(),
      submission uuid not null unique default gen_random_uuid()
    );
    create index if not exists review_of_book on review (book_id, created_at desc) where is_approved;
    create index if not exists newest_review on review (created_at desc, id desc) where is_approved;
  `.execute(db)
}
