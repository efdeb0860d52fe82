import { sql, type SqlBool } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, one, prefetch } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function books({ db } = store) {
  return db.selectFrom('book').select(['id', 'author_id']).orderBy('id')
}

function relations({ db } = store) {
  return {
    author: one(db.selectFrom('author').select('name').where(slowly), { on: ['author.id', 'author_id'] }),
    reviews: many(db.selectFrom('review').select('rating').where(slowly), { on: ['review.book_id', 'id'] }),
    links: many(db.selectFrom('book_genre').select('genre_id').where(slowly), { on: ['book_genre.book_id', 'id'] }),
  }
}

const slowly = sql<SqlBool>`(select pg_sleep(0.05)) is not null`
const division = sql<SqlBool>`1 / (select 0) = 1`

test('loads siblings at the same time', async () => {
  const db = watch(store.db)
  await prefetch(db, books(), relations())
  expect(db.most).toBe(3)
})

test('loads siblings one after another in a transaction', async () => {
  await store.db.transaction().execute(async (trx) => {
    const db = watch(trx)
    await prefetch(db, books(), relations())
    expect(db.started).toBe(4)
    expect(db.most).toBe(1)
  })
})

test('sees what its transaction has written, with relations built outside of it', async () => {
  const undone = store.db.transaction().execute(async (trx) => {
    await trx.updateTable('author').set({ name: 'Stanisław Lem' }).where('id', '=', 1).execute()
    const [solaris] = await prefetch(trx, books(), relations())
    throw new Error(solaris?.author?.name)
  })
  await expect(undone).rejects.toThrow('Stanisław Lem')
})

test('keeps to the connection of its transaction, so that a pool of one is enough', async () => {
  const small = await openBookstore(inject('postgresUrl'), { max: 1 })
  try {
    await fillBookstore(small.db)
    const count = await small.db
      .transaction()
      .execute(async (trx) => (await prefetch(trx, books(small), relations(small))).length)
    expect(count).toBe(4)
  } finally {
    await small.close()
  }
})

test('works over a pool of one outside of a transaction', async () => {
  const small = await openBookstore(inject('postgresUrl'), { max: 1 })
  try {
    await fillBookstore(small.db)
    expect(await prefetch(small.db, books(small), relations(small))).toHaveLength(4)
  } finally {
    await small.close()
  }
})

test('works in a controlled transaction', async () => {
  const trx = await store.db.startTransaction().execute()
  const rows = await prefetch(trx, books(), relations())
  await trx.rollback().execute()
  expect(rows[0]?.author?.name).toBe('Lem')
})

test('rejects once, with the first failure, when all siblings have ended', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    const db = watch(store.db)
    const { author, reviews } = relations()
    const wrong = many(store.db.selectFrom('review').select('id').where(division), { on: ['review.book_id', 'id'] })
    const failing = prefetch(db, books(), { author, wrong, again: wrong, reviews })
    await expect(failing).rejects.toMatchObject({ code: '22012' })
    expect(db.running).toBe(0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).toEqual([])
  } finally {
    process.off('unhandledRejection', note)
  }
})

test('starts no further sibling after a failure in a transaction', async () => {
  const wrong = many(store.db.selectFrom('review').select('id').where(division), { on: ['review.book_id', 'id'] })
  const started = { count: 0 }
  const failing = store.db.transaction().execute(async (trx) => {
    const db = watch(trx)
    try {
      await prefetch(db, books(), { wrong, ...relations() })
    } finally {
      started.count = db.started
    }
  })
  await expect(failing).rejects.toMatchObject({ code: '22012' })
  expect(started.count).toBe(2)
})

test('rejects when the backend of one sibling is terminated, and works again after', async () => {
  const suicide = sql<SqlBool>`pg_terminate_backend(pg_backend_pid())`
  const gone = many(store.db.selectFrom('review').select('id').where(suicide), { on: ['review.book_id', 'id'] })
  const failing = prefetch(store.db, books(), { ...relations(), gone })
  await expect(failing).rejects.toThrow()
  expect(await prefetch(store.db, books(), relations())).toHaveLength(4)
})
