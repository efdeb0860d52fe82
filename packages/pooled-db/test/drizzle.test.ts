import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../src/index.ts'
import { failureOf, fileDatabase, poolOn } from './fixture.ts'

const author = pgTable('author', { id: serial().primaryKey(), name: text().notNull() })
const book = pgTable('book', {
  id: serial().primaryKey(),
  title: text().notNull().unique(),
  authorId: integer('author_id').references(() => author.id),
  printedAt: timestamp('printed_at', { withTimezone: true }),
})

const url = await fileDatabase()
const open = () => drizzle({ client: poolOn(url, { max: 2 }) as never, schema: { author, book } })

beforeAll(async () => {
  const pool = createPool({ connectionString: url })
  await pool.query('create table author (id serial primary key, name text not null)')
  await pool.query(
    'create table book (id serial primary key, title text not null unique, author_id int references author, printed_at timestamptz)',
  )
  await pool.close()
})

describe('Drizzle on a pool', () => {
  test('inserts, selects, updates and deletes, with its own parsers of values', async () => {
    const db = open()
    const printedAt = new Date('1815-12-23T00:00:00Z')
    const [jane] = await db.insert(author).values({ name: 'Jane' }).returning()
    await db.insert(book).values({ title: 'Emma', authorId: jane?.id ?? 0, printedAt })
    const joined = await db.select().from(book).leftJoin(author, eq(author.id, book.authorId))
    expect(joined).toEqual([{ author: jane, book: { id: 1, title: 'Emma', authorId: jane?.id, printedAt } }])
    await db.update(book).set({ title: 'Persuasion' }).where(eq(book.title, 'Emma'))
    expect(await db.select({ title: book.title }).from(book)).toEqual([{ title: 'Persuasion' }])
    await db.delete(book)
    expect(await db.$count(book)).toBe(0)
  })

  test('runs its own prepared statements and raw SQL', async () => {
    const db = open()
    const byName = db
      .select()
      .from(author)
      .where(eq(author.name, sql.placeholder('name')))
      .prepare('author_by_name')
    for (let n = 0; n < 3; n++) expect(await byName.execute({ name: 'Jane' })).toHaveLength(1)
    expect((await db.execute(sql`select ${1}::int as one`)).rows).toEqual([{ one: 1 }])
  })

  test('commits, rolls back, and nests transactions', async () => {
    const db = open()
    await db.transaction(async (tx) => {
      await tx.insert(book).values({ title: 'Kept' })
      const inner = tx.transaction(async (nested) => {
        await nested.insert(book).values({ title: 'Undone' })
        throw new Error('no')
      })
      expect((await failureOf(inner)).message).toBe('no')
    })
    const failure = db.transaction(async (tx) => {
      await tx.insert(book).values({ title: 'Lost' })
      tx.rollback()
    })
    await failureOf(failure)
    expect(await db.select({ title: book.title }).from(book)).toEqual([{ title: 'Kept' }])
  })

  test('gets the server error as the cause of its own', async () => {
    const failure = await failureOf(open().insert(book).values({ title: 'Kept' }))
    expect(failure.cause).toMatchObject({ code: '23505' })
  })
})
