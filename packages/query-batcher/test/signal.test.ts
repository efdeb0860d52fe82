import { sql, type SqlBool } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { join, many, prefetch, prefetchRows, prefetchStream, type RelationSource } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function books() {
  return store.db.selectFrom('book').select('book.id').orderBy('book.id')
}

function reviews() {
  return many(store.db.selectFrom('review').select('rating'), { on: ['review.book_id', 'id'] })
}

test('starts no statement after the abort', async () => {
  const db = watch(store.db)
  const signal = AbortSignal.abort(new Error('gone'))
  await expect(prefetch(db, books(), { reviews: reviews() }, { signal })).rejects.toThrow('gone')
  await expect(prefetch(db, books(), { reviews: reviews() }, { signal, strategy: 'json' })).rejects.toThrow('gone')
  await expect(join(db, books(), { reviews: reviews() }, { signal })).rejects.toThrow('gone')
  await expect(prefetchRows(db, [{ id: 1 }], { reviews: reviews() }, { signal })).rejects.toThrow('gone')
  const stream = prefetchStream(db, [{ id: 1 }], { reviews: reviews() }, { signal, chunkSize: 1 })
  await expect(stream.next()).rejects.toThrow('gone')
  expect(db.started).toBe(0)
})

test('ends between two levels', async () => {
  const controller = new AbortController()
  const db = watch(store.db)
  const user = { load: () => Promise.reject(new Error('not reached')) }
  const inner = many(store.db.selectFrom('review').select('id'), { on: ['review.id', 'id'] }).with({ user })
  const outer = {
    load: async (parents: readonly { id: string }[], source: RelationSource) => {
      controller.abort(new Error('gone'))
      return inner.load(parents, source)
    },
  }
  const query = store.db.selectFrom('review').select('id')
  await expect(prefetch(db, query, { outer }, { signal: controller.signal })).rejects.toThrow('gone')
  expect(db.started).toBe(1)
})

test('does not wait for a statement that runs', async () => {
  const controller = new AbortController()
  const lock = 4711
  const waiting = sql<SqlBool>`pg_advisory_xact_lock(${sql.lit(lock)}) is not null`
  const slow = many(store.db.selectFrom('review').select('rating').where(waiting), { on: ['review.book_id', 'id'] })
  await store.db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(lock)})`.execute(trx)
    const loading = prefetch(store.db, books(), { slow }, { signal: controller.signal })
    const ended = loading.catch((error: unknown) => error)
    await isWaiting()
    controller.abort(new Error('gone'))
    expect(await ended).toMatchObject({ message: 'gone' })
  })
})

async function isWaiting(): Promise<void> {
  const blocked = sql<{ n: number }>`
    select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())
  `
  while ((await blocked.execute(store.db)).rows[0]?.n !== 1) await new Promise((resolve) => setTimeout(resolve, 5))
}
