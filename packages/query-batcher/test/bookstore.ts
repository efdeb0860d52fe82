import { createDatabase } from '@seawall/services'
import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import type { Pool } from 'pg'
import { countQueries } from '../src/budget.ts'
import type { RelationDatabase } from '../src/kysely.ts'
import { openPool } from './open-pool.ts'
import { schema, type Bookstore } from './schema.ts'

export interface TestBookstore {
  readonly db: Kysely<Bookstore>
  readonly pool: Pool
  close(): Promise<void>
}

/** A bookstore without rows, in a database of its own. */
export async function openBookstore(serverUrl: string, { max = 10, isCounted = false } = {}): Promise<TestBookstore> {
  const database = await createDatabase(serverUrl)
  const pool = openPool(database.url, { max })
  await pool.query(schema)
  const dialect = new PostgresDialect({ pool })
  const db = new Kysely<Bookstore>({ dialect: isCounted ? countQueries(dialect) : dialect })
  return {
    db,
    pool,
    close: async () => {
      await db.destroy()
      await database.drop()
    },
  }
}

/** Three authors, four books, three genres, five reviews, two users. */
export async function fillBookstore(db: Kysely<Bookstore>): Promise<void> {
  const at = new Date('2026-01-02T03:04:05Z')
  await db
    .insertInto('author')
    .values([
      { id: 1, name: 'Lem', editor_id: null },
      { id: 2, name: 'Le Guin', editor_id: 1 },
      { id: 3, name: 'Kandel', editor_id: 1 },
    ])
    .execute()
  await db
    .insertInto('book')
    .values([
      { id: 1, title: 'Solaris', author_id: 1, translator_id: 3, isbn: 'a' },
      { id: 2, title: 'The Dispossessed', author_id: 2, translator_id: null, isbn: 'b' },
      { id: 3, title: 'The Cyberiad', author_id: 1, translator_id: 3, isbn: 'c' },
      { id: 4, title: 'Blank', author_id: 3, translator_id: null, isbn: 'd' },
    ])
    .execute()
  await db
    .insertInto('genre')
    .values([
      { id: 1, name: 'science fiction' },
      { id: 2, name: 'satire' },
      { id: 3, name: 'utopia' },
    ])
    .execute()
  await db
    .insertInto('book_genre')
    .values([
      { book_id: 3, genre_id: 2 },
      { book_id: 3, genre_id: 1 },
      { book_id: 1, genre_id: 1 },
      { book_id: 2, genre_id: 3 },
    ])
    .execute()
  await db
    .insertInto('user')
    .values([
      { id: '9007199254740993', name: 'Ada' },
      { id: '2', name: 'Bob' },
    ])
    .execute()
  const review = { is_approved: true, created_at: at }
  await db
    .insertInto('review')
    .values([
      { ...review, id: '1', book_id: 1, user_id: '9007199254740993', rating: 3 },
      { ...review, id: '2', book_id: 1, user_id: '2', rating: 5 },
      { ...review, id: '3', book_id: 3, user_id: '2', rating: 4 },
      { ...review, id: '4', book_id: 1, user_id: '2', rating: 1, is_approved: false },
      { ...review, id: '5', book_id: 2, user_id: '2', rating: 4 },
    ])
    .execute()
}

export interface WatchedDatabase extends RelationDatabase {
  /** How many statements were started. */
  readonly started: number
  /** How many of them run now. */
  readonly running: number
  /** The most that ran at once. */
  readonly most: number
  /** What was started. */
  readonly statements: readonly CompiledQuery[]
}

/** The same database, with a count of what runs on it. */
export function watch(db: RelationDatabase): WatchedDatabase {
  const seen = { started: 0, running: 0, most: 0, texts: [] as CompiledQuery[] }
  const executor = new Proxy(db.getExecutor(), {
    get: (target, name): unknown => {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const method = value.bind(target) as (...values: unknown[]) => unknown
      if (name !== 'executeQuery') return method
      return async (query: CompiledQuery, options?: object) => {
        seen.started++
        seen.texts.push(query)
        seen.most = Math.max(seen.most, ++seen.running)
        try {
          return await method(query, options)
        } finally {
          seen.running--
        }
      }
    },
  })
  return {
    get started() {
      return seen.started
    },
    get running() {
      return seen.running
    },
    get most() {
      return seen.most
    },
    statements: seen.texts,
    isTransaction: db.isTransaction,
    getExecutor: () => executor,
    transaction: () => db.transaction(),
  }
}
