import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { join, many, prefetch, prefetchRows, type RelationSource } from '../src/kysely.ts'
import { fillBookstore, openBookstore, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function books() {
  return store.db.selectFrom('book').select('book.id').where('book.id', '=', 4)
}

function reviews() {
  return many(store.db.selectFrom('review').select('rating'), { on: ['review.book_id', 'id'] })
}

/** A relation that does something between two statements. */
function between(act: (source: RelationSource) => Promise<unknown>) {
  return {
    load: async (parents: readonly { id: number }[], source: RelationSource) => {
      await act(source)
      return parents.map(() => null)
    },
  }
}

const addReview = between(() =>
  sql`insert into review values ((select max(id) + 1 from review), 4, 2, 1, true, now())`.execute(store.db),
)

test('reads all statements from one snapshot', async () => {
  const options = { snapshot: true }
  const [row] = await prefetch(store.db, books(), { addReview, reviews: reviews() }, options)
  expect(row?.reviews).toEqual([])
  const [joined] = await join(store.db, books(), { addReview, reviews: reviews() }, options)
  expect(joined?.reviews).toHaveLength(1)
  const [loaded] = await prefetchRows(store.db, [{ id: 4 }], { reviews: reviews(), addReview }, options)
  expect(loaded?.reviews).toHaveLength(2)
})

test('runs in a transaction that cannot write', async () => {
  const write = between(({ db }) => sql`delete from review`.execute(db))
  await expect(prefetch(store.db, books(), { write }, { snapshot: true })).rejects.toMatchObject({ code: '25006' })
})

test('sees what others write between its statements without it', async () => {
  const { reviews: before } = (await prefetch(store.db, books(), { reviews: reviews() }))[0] ?? {}
  const rows = await store.db.transaction().execute((trx) => prefetch(trx, books(), { addReview, reviews: reviews() }))
  expect(rows[0]?.reviews).toHaveLength((before?.length ?? NaN) + 1)
})

test('is refused in a transaction, which has its own', async () => {
  const nested = store.db
    .transaction()
    .execute((trx) => prefetch(trx, books(), { reviews: reviews() }, { snapshot: true }))
  await expect(nested).rejects.toThrow("start it as 'repeatable read' instead")
})
