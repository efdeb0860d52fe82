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
  await seedBooks(db)
  await seedReviews(db)
  await sql`analyze`.execute(db)
}

/** 25 nouns for each of 40 words, and 10 surnames for each of 20 first names: no two are alike. */
async function seedBooks(db: Kysely<Tables>): Promise<void> {
  await sql`
    insert into author (name)
      select (array['Amara', 'Bela', 'Celia', 'Dario', 'Edith', 'Farid', 'Greta', 'Hana', 'Ivo', 'June', 'Kofi', 'Lena',
          'Mirek', 'Nadia', 'Otto', 'Petra', 'Quim', 'Rosa', 'Sanna', 'Tomas'])[1 + n % 20] || ' ' ||
        (array['Abelow', 'Brandt', 'Castellan', 'Duarte', 'Ekwall', 'Fontane', 'Greaves', 'Halloran', 'Ibsley',
          'Jansson'])[1 + (n % 20 * 3 + n / 20) % 10]
      from generate_series(1, 200) n;
    insert into genre (name)
      select unnest(array['Adventure', 'Biography', 'Crime', 'Drama', 'Essay', 'Fantasy', 'History', 'Mystery', 'Poetry',
        'Romance', 'Science', 'Travel']);
    insert into book (title, author_id, published)
      select 'The ' || (array['Amber', 'Borrowed', 'Copper', 'Distant', 'Eleventh', 'Fallow', 'Glass', 'Hollow',
          'Inland', 'Jade', 'Kindled', 'Last', 'Midnight', 'Narrow', 'Open', 'Paper', 'Quiet', 'Restless', 'Salt',
          'Thirsty', 'Unwritten', 'Velvet', 'Winter', 'Yellow', 'Absent', 'Bitter', 'Crooked', 'Drowned', 'Endless',
          'Forgotten', 'Gilded', 'Hidden', 'Iron', 'Lonely', 'Moonlit', 'Northern', 'Painted', 'Second', 'Silent',
          'Wandering'])[1 + n % 40] || ' ' ||
        (array['Almanac', 'Bridge', 'Cartographer', 'Daughter', 'Estuary', 'Ferryman', 'Garden', 'Harbour', 'Inventor',
          'Journey', 'Kingdom', 'Lighthouse', 'Mountain', 'Notebook', 'Orchard', 'Pilgrim', 'Quarry', 'River', 'Season',
          'Theatre', 'Umbrella', 'Violin', 'Window', 'Year', 'Zoologist'])[1 + (n % 40 * 7 + n / 40 * 6) % 25],
        1 + (n * 7) % 200, 1900 + (n * 13) % 125
      from generate_series(1, 1000) n;
    insert into book_genre (book_id, genre_id)
      select n, 1 + (n + k * 4) % 12 from generate_series(1, 1000) n, generate_series(0, 2) k;
  `.execute(db)
}

async function seedReviews(db: Kysely<Tables>): Promise<void> {
  await sql`
    insert into review (book_id, reader_id, rating, body, is_approved, created_at)
      select 1 + (n * 11) % 1000, 1 + n % 2,
        (array[5, 4, 5, 3, 4, 2, 5, 4, 1, 3])[1 + (n % 1000 * 7 + (n - 1) / 1000 * (n % 97)) % 10],
        (array['I read it in two evenings.', 'It begins slowly and then will not let go.', 'A friend gave it to me.',
          'I wanted to like it more.', 'Read it aloud if you can.', 'The middle is long.',
          'Every sentence is where it should be.', 'I have lent it to everybody I know.', 'Strange and kind.',
          'Not what the cover promises.', 'I missed my stop twice.'])[1 + n % 11] || ' ' ||
        (array['The ending stayed with me for a week.', 'The people in it feel like neighbours.',
          'It made me laugh on a train.', 'Good company for a cold.', 'I will read it again next winter.',
          'My copy is full of pencil marks.', 'The last chapter earns it all.'])[1 + n / 11 % 7],
        (n + (n - 1) / 1000) % 4 <> 0, timestamptz '2026-01-01' + n * interval '1 minute'
      from generate_series(1, 8000) n;
  `.execute(db)
}
