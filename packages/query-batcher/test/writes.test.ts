import { afterAll, beforeEach, expect, inject, test } from 'vitest'
import { Batcher, keyBy } from '../src/index.ts'
import { fillBookstore, openBookstore, type TestBookstore } from './bookstore.ts'

let store: TestBookstore | undefined
beforeEach(async () => {
  await store?.close()
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store?.close())

interface Author {
  readonly id: number
  readonly name: string
}

function setUp() {
  if (store === undefined) throw new Error('no database')
  const { db } = store
  const asked: number[] = []
  const authors = new Batcher<number, Author | null>(async (ids) => {
    asked.push(...ids)
    const rows = await db.selectFrom('author').select(['id', 'name']).where('id', 'in', ids).execute()
    return keyBy(rows, ids, (author) => author.id)
  })
  return { db, asked, authors }
}

test('primes rows over what was remembered', async () => {
  const { db, asked, authors } = setUp()
  expect(await authors.load(1)).toEqual({ id: 1, name: 'Lem' })
  const renamed = db.updateTable('author').set({ name: 'Stanisław Lem' }).where('id', '=', 1).returning(['id', 'name'])
  authors.primeMany(await renamed.execute(), (author) => author?.id ?? 0)
  expect(await authors.load(1)).toEqual({ id: 1, name: 'Stanisław Lem' })
  expect(asked).toEqual([1])
})

test('forgets several keys', async () => {
  const { asked, authors } = setUp()
  await authors.loadMany([1, 2, 3])
  authors.clearMany([1, 3])
  await authors.loadMany([1, 2, 3])
  expect(asked).toEqual([1, 2, 3, 1, 3])
})

test('lets rows of a transaction into the cache when it has committed, and not before', async () => {
  const { db, asked, authors } = setUp()
  await authors.load(1)
  const seen: unknown[] = []
  const result = await authors.afterCommit((writes) =>
    db.transaction().execute(async (trx) => {
      const renamed = trx.updateTable('author').set({ name: 'new' }).where('id', '<', 3).returning(['id', 'name'])
      writes.primeMany(await renamed.execute(), (author) => author?.id ?? 0).prime(9, null)
      writes.clear(2)
      seen.push(await authors.load(1))
      return 'done'
    }),
  )
  expect(result).toBe('done')
  expect(seen).toEqual([{ id: 1, name: 'Lem' }])
  expect(await authors.loadMany([1, 2, 9])).toEqual([{ id: 1, name: 'new' }, { id: 2, name: 'new' }, null])
  expect(asked).toEqual([1, 2])
})

test('keeps nothing of a transaction that is rolled back', async () => {
  const { db, asked, authors } = setUp()
  await authors.load(1)
  const failed = authors.afterCommit((writes) =>
    db.transaction().execute(async (trx) => {
      const renamed = trx.updateTable('author').set({ name: 'new' }).where('id', '=', 1).returning(['id', 'name'])
      writes.primeMany(await renamed.execute(), (author) => author?.id ?? 0)
      throw new Error('rolled back')
    }),
  )
  await expect(failed).rejects.toThrow('rolled back')
  expect(await authors.load(1)).toEqual({ id: 1, name: 'Lem' })
  expect(asked).toEqual([1, 1])
})
