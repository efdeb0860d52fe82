import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDatabase, type TestDatabase } from '@seawall/services'
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { aggregate, count, exists, join, many, one, prefetch, prefetchRows } from '../src/kysely.ts'
import { fillBookstore, watch } from './bookstore.ts'
import { openPool } from './open-pool.ts'
import { schema, type Bookstore } from './schema.ts'

vi.mock('kysely', () => import('kysely28'))

let database: TestDatabase
let db: Kysely<Bookstore>
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  const pool = openPool(database.url)
  await pool.query(schema)
  db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  await fillBookstore(db)
})
afterAll(async () => {
  await db?.destroy()
  await database?.drop()
})

function books() {
  return db.selectFrom('book').select(['book.id', 'author_id']).orderBy('book.id')
}

function relations() {
  const on = ['review.book_id', 'id'] as const
  const ratings = db.selectFrom('review').select('rating').orderBy('rating')
  return {
    author: one(db.selectFrom('author').select(['name', 'editor_id']), {
      on: ['author.id', 'author_id'],
      required: true,
    }).with({
      editor: one(db.selectFrom('author').selectAll(), { on: ['author.id', 'editor_id'] }),
    }),
    ratings: many(ratings, { on, limit: 2 }),
    all: count(ratings, { on }),
    any: exists(ratings, { on }),
    best: aggregate(
      db.selectFrom('review').select(({ fn }) => fn.max('rating').as('rating')),
      { on },
    ),
  }
}

const solaris = {
  id: 1,
  author_id: 1,
  author: { name: 'Lem', editor_id: null, editor: null },
  ratings: [{ rating: 1 }, { rating: 3 }],
  all: 3,
  any: true,
  best: { rating: 5 },
}

test('Kysely 0.28 is what is tested here', async () => {
  const old = await import('kysely28')
  const newer = await vi.importActual<{ Kysely: unknown }>('kysely')
  expect(Kysely).toBe(old.Kysely)
  expect(Kysely).not.toBe(newer.Kysely)
})

test.each(['select', 'json', 'subquery'] as const)('loads a tree by %s', async (strategy) => {
  const [first] = await prefetch(db, books(), relations(), { strategy })
  expect(first).toEqual(solaris)
})

test('joins', async () => {
  const [first] = await join(db, books(), relations())
  expect(first).toEqual(solaris)
})

test('loads in a transaction, from a snapshot, with a signal and with other names', async () => {
  const rows = [{ id: 1, author_id: 1 }]
  expect(await db.transaction().execute((trx) => prefetchRows(trx, rows, relations()))).toEqual([solaris])
  const { signal } = new AbortController()
  expect(await prefetchRows(db, rows, relations(), { snapshot: true, signal })).toEqual([solaris])
  const camel = db.withPlugin(new CamelCasePlugin()) as unknown as Kysely<{
    author: { id: number; editorId: number | null }
  }>
  const author = one(camel.selectFrom('author').select('editorId'), { on: ['author.id', 'id'] })
  expect(await prefetchRows(camel, [{ id: 2 }], { author })).toEqual([{ id: 2, author: { editorId: 1 } }])
})

test('starts no statement after the abort', async () => {
  const watched = watch(db)
  const signal = AbortSignal.abort(new Error('gone'))
  await expect(prefetch(watched, books(), relations(), { signal })).rejects.toThrow('gone')
  expect(watched.started).toBe(0)
})

test('infers the same types', async () => {
  const tsc = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url))
  const project = fileURLToPath(new URL('kysely28', import.meta.url))
  await expect(promisify(execFile)(tsc, ['-p', project])).resolves.toMatchObject({ stdout: '' })
}, 60_000)
