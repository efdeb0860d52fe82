import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, one, prefetch } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

const options = { strategy: 'subquery' } as const

function books() {
  return store.db.selectFrom('book').select(['id', 'author_id', 'translator_id']).orderBy('id')
}

function reviews() {
  const { db } = store
  return many(db.selectFrom('review').select(['id', 'user_id']).where('is_approved', '=', true).orderBy('id'), {
    on: ['review.book_id', 'id'],
  }).with({ user: one(db.selectFrom('user').select('name'), { on: ['user.id', 'user_id'] }) })
}

test("sends the parents' query in place of their keys, on every level", async () => {
  const db = watch(store.db)
  const rows = await prefetch(db, books().where('id', '<', 3), { reviews: reviews() }, options)
  expect(rows.map((row) => row.reviews.map(({ user }) => user?.name))).toEqual([['Ada', 'Bob'], ['Bob']])
  expect(db.statements.map(({ parameters }) => parameters)).toEqual([[3], [true, 3], [true, 3]])
})

test('keeps the limit of the parents', async () => {
  const rows = await prefetch(store.db, books().orderBy('id').limit(1).offset(2), { reviews: reviews() }, options)
  expect(rows).toMatchObject([{ id: 3, reviews: [{ id: '3' }] }])
})

test('asks nothing for no parents, null keys, or children that there are none of', async () => {
  const db = watch(store.db)
  await prefetch(db, books().where('id', '=', 0), { reviews: reviews() }, options)
  expect(db.started).toBe(1)
  const translator = one(store.db.selectFrom('author').select('name'), { on: ['author.id', 'translator_id'] })
  const [row] = await prefetch(db, books().where('id', '=', 4), { translator, reviews: reviews() }, options)
  expect(row).toMatchObject({ translator: null, reviews: [] })
  expect(db.started).toBe(3)
})

test('leaves out rows of parents that came after the first statement', async () => {
  const { db } = store
  const late: { load(parents: readonly { id: number }[]): Promise<null[]> } = {
    load: async (parents) => {
      await db
        .insertInto('book')
        .values({ id: 9, title: 'late', author_id: 1, translator_id: null, isbn: 'z' })
        .execute()
      return parents.map(() => null)
    },
  }
  const titles = many(db.selectFrom('book').select('title').orderBy('book.id'), { on: ['book.id', 'id'] })
  const rows = await db.transaction().execute((trx) => prefetch(trx, books(), { late, titles }, options))
  expect(rows.map((row) => row.titles.map(({ title }) => title))).toEqual([
    ['Solaris'],
    ['The Dispossessed'],
    ['The Cyberiad'],
    ['Blank'],
  ])
  await db.deleteFrom('book').where('id', '=', 9).execute()
})
