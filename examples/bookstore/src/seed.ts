import { sql, type Kysely } from 'kysely'
import { hashPassword } from './password.ts'
import type { Tables } from './schema.ts'

/** Who can sign in after seeding. */
export const demoReader = { username: 'ada', password: 'correct horse battery staple' }

/**
 * Fills empty tables: 1,000 books by 200 authors, three of 12 genres each, and 8,000 reviews of which three in four are
 * approved. The same rows every time.
 */
export async function seed(db: Kysely<Tables>): Promise<void> {
  const { books } = await db
    .selectFrom('book')
    .select((eb) => eb.fn.countAll<string>().as('books'))
    .executeTakeFirstOrThrow()
  if (books !== '0') return
  await db
    .insertInto('reader')
    .values([
      { username: demoReader.username, password_hash: await hashPassword(demoReader.password) },
      { username: 'grace', password_hash: await hashPassword('tr0ub4dor & three') },
    ])
    .execute()
  await sql`
    insert into author (name) select 'Author ' || n from generate_series(1, 200) n;
    insert into genre (name)
      select unnest(array['Adventure', 'Biography', 'Crime', 'Drama', 'Essay', 'Fantasy', 'History', 'Mystery', 'Poetry',
        'Romance', 'Science', 'Travel']);
    insert into book (title, author_id, published)
      select 'Book ' || n, 1 + (n * 7) % 200, 1900 + (n * 13) % 125 from generate_series(1, 1000) n;
    insert into book_genre (book_id, genre_id)
      select n, 1 + (n + k * 4) % 12 from generate_series(1, 1000) n, generate_series(0, 2) k;
    insert into review (book_id, reader_id, rating, body, is_approved, created_at)
      select 1 + (n * 11) % 1000, 1 + n % 2, 1 + (n * 3) % 5, 'Review ' || n, n % 4 <> 0,
        timestamptz '2026-01-01' + n * interval '1 minute'
      from generate_series(1, 8000) n;
    analyze;
  `.execute(db)
}
