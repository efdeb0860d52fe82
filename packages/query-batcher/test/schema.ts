import type { Generated } from 'kysely'

export interface Bookstore {
  author: { id: Generated<number>; name: string; editor_id: number | null }
  book: { id: Generated<number>; title: string; author_id: number; translator_id: number | null; isbn: string }
  genre: { id: Generated<number>; name: string }
  book_genre: { book_id: number; genre_id: number }
  /** `id` and `user_id` are int8, which pg returns as text. */
  review: { id: string; book_id: number; user_id: string; rating: number; is_approved: boolean; created_at: Date }
  user: { id: string; name: string }
}

export const schema = `
  create table author (id int primary key, name text not null, editor_id int references author);
  create table book (
    id int primary key, title text not null, author_id int not null references author,
    translator_id int references author, isbn text not null
  );
  create table genre (id int primary key, name text not null);
  create table book_genre (book_id int not null references book, genre_id int not null references genre);
  create table "user" (id int8 primary key, name text not null);
  create table review (
    id int8 primary key, book_id int not null references book, user_id int8 not null references "user",
    rating int not null, is_approved boolean not null, created_at timestamptz not null
  );
`
