import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { MissingRelationError, one, prefetch, prefetchRows } from '../src/kysely.ts'
import { fillBookstore, openBookstore, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function authors() {
  return store.db.selectFrom('author').select(['id', 'name', 'editor_id'])
}

function books() {
  return store.db.selectFrom('book').select(['id', 'author_id']).orderBy('id')
}

test('shares one object between parents with the same key', async () => {
  const author = one(authors(), { on: ['author.id', 'author_id'] })
  const [first, second, third] = await prefetch(store.db, books(), { author })
  expect(first?.author).toEqual({ id: 1, name: 'Lem', editor_id: null })
  expect(third?.author).toBe(first?.author)
  expect(second?.author).not.toBe(first?.author)
})

test('gives shared objects their own relations once', async () => {
  const editor = one(authors(), { on: ['author.id', 'editor_id'] })
  const author = one(authors(), { on: ['author.id', 'author_id'] }).with({ editor })
  const rows = await prefetch(store.db, books(), { author })
  expect(rows.map((row) => row.author?.editor?.name ?? null)).toEqual([null, 'Lem', null, 'Lem'])
})

test('gives null to a parent whose row the filter leaves out', async () => {
  const author = one(authors().where('name', '=', 'Lem'), { on: ['author.id', 'author_id'] })
  const rows = await prefetch(store.db, books(), { author })
  expect(rows.map((row) => row.author?.name ?? null)).toEqual(['Lem', null, 'Lem', null])
})

test('finds an int8 as text, beyond the safe integers', async () => {
  const users = store.db.selectFrom('user').select('name')
  const query = store.db.selectFrom('review').select(['user_id']).where('id', '=', '1')
  const rows = await prefetch(store.db, query, { user: one(users, { on: ['user.id', 'user_id'] }) })
  expect(rows).toEqual([{ user_id: '9007199254740993', user: { name: 'Ada' } }])
})

test('finds text with quotes, braces, commas, backslashes and NULL', async () => {
  const names = ['"', '{}', 'a,b', '\\', 'NULL', '', ' ', "';--"]
  const users = names.map((name, index) => ({ id: String(index + 100), name }))
  await store.db.insertInto('user').values(users).execute()
  const user = one(store.db.selectFrom('user').select('id'), { on: ['user.name', 'name'] })
  const rows = await prefetchRows(
    store.db,
    names.map((name) => ({ name })),
    { user },
  )
  expect(rows.map((row) => row.user?.id)).toEqual(users.map(({ id }) => id))
})

test('returns a required row', async () => {
  const author = one(authors(), { on: ['author.id', 'author_id'], required: true })
  const rows = await prefetch(store.db, books(), { author })
  expect(rows.map((row) => row.author.name)).toEqual(['Lem', 'Le Guin', 'Lem', 'Kandel'])
})

test('names the relation and the key of a required row that is missing', async () => {
  const author = one(authors().where('name', '!=', 'Le Guin'), { on: ['author.id', 'author_id'], required: true })
  const failure = await prefetch(store.db, books(), { author }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(MissingRelationError)
  expect(failure).toMatchObject({
    name: 'MissingRelationError',
    code: 'ERR_RELATION_MISSING',
    relation: 'author',
    key: 2,
    message: "Cannot prefetch 'author' as it is required and no row has this 'author.id': 2",
  })
})

test('names a nested relation by its path', async () => {
  const editor = one(authors(), { on: ['author.id', 'editor_id'], required: true } as never)
  const author = one(authors(), { on: ['author.id', 'author_id'] }).with({ editor })
  await expect(prefetch(store.db, books(), { author })).rejects.toMatchObject({ relation: 'author.editor', key: null })
})

test('refuses two rows with the same key', async () => {
  const review = one(store.db.selectFrom('review').select('id'), { on: ['review.book_id', 'id'] })
  await expect(prefetch(store.db, books(), { review })).rejects.toThrow(
    "Cannot prefetch 'review' as two of its rows have the same 'review.book_id': use 'many' instead",
  )
})
