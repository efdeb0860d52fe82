import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, one, prefetch, type BatchMessage } from '../src/kysely.ts'
import { fillBookstore, openBookstore, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

test('tells of every statement its relation, keys and rows, and nothing else', async () => {
  const messages: unknown[] = []
  const listen = (message: unknown) => messages.push(message)
  const { db } = store
  const user = one(db.selectFrom('user').select('name'), { on: ['user.id', 'user_id'] })
  const reviews = many(db.selectFrom('review').select('user_id').orderBy('id'), {
    on: ['review.book_id', 'id'],
    maxKeys: 3,
  }).with({ user })

  subscribe('seawall:query-batcher:batch', listen)
  await prefetch(db, db.selectFrom('book').select('id').orderBy('id'), { reviews })
  unsubscribe('seawall:query-batcher:batch', listen)

  const expected: BatchMessage[] = [
    { relation: 'reviews', keys: 3, rows: 5 },
    { relation: 'reviews', keys: 1, rows: 0 },
    { relation: 'reviews.user', keys: 2, rows: 2 },
  ]
  expect(messages).toEqual(expected)
})
