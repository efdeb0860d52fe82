import { createHash } from 'node:crypto'
import { Client, Pool } from 'pg'

/** Where the bookshop is, and what every contender must make of it. */
export interface Bookshop {
  readonly url: string
  /** The fingerprint of the right catalogue. */
  readonly expected: string
}

/** The tables as Kysely knows them. */
export interface Tables {
  author: { id: number; name: string }
  book: { id: number; title: string; author_id: number }
  genre: { id: number; name: string }
  book_genre: { book_id: number; genre_id: number }
  review: { id: number; book_id: number; rating: number; body: string; is_approved: boolean; created_at: Date }
}

/** 1,000 books with an author, 3 genres and 8 reviews each, of which two thirds are approved. */
const setUp = `
  create extension pg_stat_statements;
  create table author (id int primary key, name text not null);
  create table book (id int primary key, title text not null, author_id int not null references author);
  create table genre (id int primary key, name text not null);
  create table book_genre (
    book_id int not null references book, genre_id int not null references genre, primary key (book_id, genre_id)
  );
  create table review (
    id int primary key, book_id int not null references book, rating int not null, body text not null,
    is_approved boolean not null, created_at timestamptz not null
  );
  insert into author select n, 'author ' || n from generate_series(1, 200) n;
  insert into genre select n, 'genre ' || n from generate_series(1, 20) n;
  insert into book select n, 'book ' || n, n % 200 + 1 from generate_series(1, 1000) n;
  insert into book_genre select id, (id * 7 + n) % 20 + 1 from book, generate_series(0, 2) n;
  insert into review
    select id * 8 + n, id, n % 5 + 1, 'review ' || n || ' of book ' || id, (id + n) % 3 > 0,
      timestamptz '2026-01-01' + n * interval '1 hour'
    from book, generate_series(0, 7) n;
  create index on review (book_id, created_at desc);
  create index on book (author_id);

  create table thread (id int primary key);
  create table post (id int primary key, thread_id int not null references thread, at int not null, body text not null);
  insert into thread select n from generate_series(1, 100) n;
  insert into post select n, n % 100 + 1, n, 'post ' || n from generate_series(1, 200000) n;
  create index on post (thread_id, at desc, id desc);
  vacuum analyze;
`

/** Fills the database, and says what a right catalogue looks like. */
export async function fillBookshop(url: string): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    // a statement each, for vacuum does not run in a block
    for (const statement of setUp.split(';\n')) if (statement.trim() !== '') await client.query(statement)
    const { rows } = await client.query<{ books: unknown }>(`
      select json_agg(json_build_array(b.id, b.title, a.name,
        (select json_agg(g.name order by g.id) from book_genre join genre g on g.id = genre_id where book_id = b.id),
        (select json_agg(json_build_array(r.id, r.rating, extract(epoch from r.created_at)::int) order by r.created_at desc)
          from review r where r.book_id = b.id and r.is_approved)
      ) order by b.id) as books from book b join author a on a.id = b.author_id
    `)
    return hash(rows[0]?.books)
  } finally {
    await client.end()
  }
}

/** A book as any of the contenders gives it. */
export interface CatalogueBook {
  readonly id: number
  readonly title: string
  readonly author: { readonly name: string } | null
  readonly genres: readonly { readonly name: string }[]
  readonly reviews: readonly { readonly id: number; readonly rating: number; readonly created_at: Date }[]
}

/** Refuses a catalogue that is not the right one. */
export function checkCatalogue(books: readonly CatalogueBook[], { expected }: Bookshop): void {
  const dates = books.flatMap(({ reviews }) => reviews.map((review): unknown => review.created_at))
  if (!dates.every((date) => date instanceof Date)) throw new Error('the catalogue has dates that are none')
  const plain = books.map(({ id, title, author, genres, reviews }) => [
    id,
    title,
    author?.name,
    genres.map(({ name }) => name),
    reviews.map((review) => [review.id, review.rating, review.created_at.getTime() / 1000]),
  ])
  if (hash(plain) !== expected) throw new Error('the catalogue is wrong')
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

/** A pool like every contender has. */
export function openPool(url: string): Pool {
  return new Pool({ connectionString: url, max: 10 })
}

/** How many statements the server has run for a piece of work. */
export async function countStatements(url: string, work: () => Promise<unknown>): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('select pg_stat_statements_reset()')
    await work()
    const { rows } = await client.query<{ calls: number }>(
      "select coalesce(sum(calls), 0)::int as calls from pg_stat_statements where query not like '%pg_stat_statements%'",
    )
    return rows[0]?.calls ?? NaN
  } finally {
    await client.end()
  }
}
