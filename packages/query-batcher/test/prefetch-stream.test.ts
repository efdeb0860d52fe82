import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, prefetchStream } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function genres() {
  const names = store.db.selectFrom('genre').innerJoin('book_genre', 'genre_id', 'genre.id').select('genre.name')
  return many(names.orderBy('genre.id'), { on: ['book_genre.book_id', 'id'] })
}

/** What a cursor gives: a row after the other, from a connection of its own. */
async function* rowsOf(count: number, seen: { read: number }) {
  for (let id = 1; id <= count; id++) {
    seen.read = id
    yield await Promise.resolve({ id })
  }
}

test('loads the relations of a chunk at a time', async () => {
  const db = watch(store.db)
  const seen = { read: 0 }
  const started: number[][] = []
  const names: (string | undefined)[] = []
  for await (const row of prefetchStream(db, rowsOf(4, seen), { genres: genres() }, { chunkSize: 3 })) {
    names.push(row.genres[0]?.name)
    started.push([seen.read, db.started])
  }
  expect(names).toEqual(['science fiction', 'utopia', 'science fiction', undefined])
  expect(started).toEqual([
    [3, 1],
    [3, 1],
    [3, 1],
    [4, 2],
  ])
})

test('takes any iterable, and asks nothing where it is empty', async () => {
  const db = watch(store.db)
  const none: { id: number }[] = []
  for await (const _ of prefetchStream(db, none, { genres: genres() }, { chunkSize: 3 })) throw new Error('a row')
  expect(db.started).toBe(0)
})

test('closes the stream when its reader stops', async () => {
  const closed: boolean[] = []
  async function* endless() {
    try {
      for (;;) yield await Promise.resolve({ id: 1 })
    } finally {
      closed.push(true)
    }
  }
  for await (const _ of prefetchStream(store.db, endless(), { genres: genres() }, { chunkSize: 2 })) break
  expect(closed).toEqual([true])
})

test('wants a chunk size, before it reads', () => {
  expect(() => prefetchStream(store.db, [{ id: 1 }], { genres: genres() }, {} as never)).toThrow(
    "Cannot prefetch a stream as 'chunkSize' must be an integer of at least 1: current value is undefined",
  )
  expect(() => prefetchStream(store.db, [{ id: 1 }], { genres: genres() }, { chunkSize: 0 })).toThrow(RangeError)
})
