import { CamelCasePlugin, type Kysely } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { count, join, many, one, prefetch, prefetchRows } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

function books() {
  return store.db.selectFrom('book').select(['book.id', 'author_id', 'translator_id']).orderBy('book.id')
}

function authors() {
  return store.db.selectFrom('author').select(['id', 'name', 'editor_id'])
}

const byAuthor = ['author.id', 'author_id'] as const
const byTranslator = ['author.id', 'translator_id'] as const
const byEditor = ['author.id', 'editor_id'] as const

test('loads relations to one row in the statement of the query', async () => {
  const db = watch(store.db)
  const rows = await join(db, books(), {
    author: one(authors(), { on: byAuthor, required: true }),
    translator: one(authors().clearSelect().select('name'), { on: byTranslator }),
  })
  expect(rows.slice(0, 2)).toEqual([
    {
      id: 1,
      author_id: 1,
      translator_id: 3,
      author: { id: 1, name: 'Lem', editor_id: null },
      translator: { name: 'Kandel' },
    },
    { id: 2, author_id: 2, translator_id: null, author: { id: 2, name: 'Le Guin', editor_id: 1 }, translator: null },
  ])
  expect(db.started).toBe(1)
})

test('joins INNER where the row is required and LEFT elsewhere, also below an optional row', async () => {
  const db = watch(store.db)
  const editor = one(authors(), { on: byEditor })
  const same = one(authors(), { on: ['author.id', 'id'], required: true })
  await join(db, books(), {
    author: one(authors(), { on: byAuthor, required: true }).with({ editor, same }),
    translator: one(authors(), { on: byTranslator }).with({ same }),
  })
  const [text = ''] = db.statements.map(({ sql }) => sql)
  expect(text.match(/inner join|left join/g)).toEqual([
    'inner join',
    'left join',
    'inner join',
    'left join',
    'left join',
  ])
})

test('nests to any depth', async () => {
  const relation = one(authors(), { on: byEditor })
  const author = one(authors(), { on: byAuthor }).with({
    editor: relation.with({ editor: relation.with({ editor: relation }) }),
  })
  const [, second] = await join(store.db, books(), { author })
  expect(second?.author?.editor).toEqual({ id: 1, name: 'Lem', editor_id: null, editor: null })
})

test('knows a missing row by its key, not by the nulls in it', async () => {
  const nothing = store.db.selectFrom('author').select('editor_id').where('editor_id', 'is', null)
  const rows = await join(store.db, books(), { author: one(nothing, { on: byAuthor }) })
  expect(rows.map(({ author }) => author)).toEqual([{ editor_id: null }, null, { editor_id: null }, null])
})

test('puts the filter of a relation into the relation, not into the query', async () => {
  const lem = one(authors().where('name', '=', 'Lem'), { on: byAuthor })
  const rows = await join(store.db, books(), { lem })
  expect(rows.map((row) => row.lem?.name)).toEqual(['Lem', undefined, 'Lem', undefined])
})

test('loads what has many rows, or a number, by statements of their own, also below joined rows', async () => {
  const db = watch(store.db)
  const titles = store.db.selectFrom('book').select('title').orderBy('title')
  const rows = await join(db, books().where('book.id', '<', 3), {
    author: one(authors(), { on: byAuthor, required: true }).with({
      books: many(titles, { on: ['book.author_id', 'id'] }),
      editor: one(authors(), { on: byEditor }).with({ books: count(titles, { on: ['book.author_id', 'id'] }) }),
    }),
    reviews: many(store.db.selectFrom('review').select('rating').orderBy('rating'), { on: ['review.book_id', 'id'] }),
  })
  expect(rows.map(({ author, reviews }) => [author.books, author.editor?.books, reviews])).toEqual([
    [[{ title: 'Solaris' }, { title: 'The Cyberiad' }], undefined, [{ rating: 1 }, { rating: 3 }, { rating: 5 }]],
    [[{ title: 'The Dispossessed' }], 2, [{ rating: 4 }]],
  ])
  expect(db.started).toBe(4)
})

test('gives parents with the same key an object each', async () => {
  const [first, , third] = await join(store.db, books(), { author: one(authors(), { on: byAuthor }) })
  expect(third?.author).toEqual(first?.author)
  expect(third?.author).not.toBe(first?.author)
})

test('takes select all on both sides, in one statement once the columns are known', async () => {
  const query = store.db.selectFrom('book').selectAll().orderBy('book.id')
  const relations = { author: one(store.db.selectFrom('author').selectAll(), { on: byAuthor }) }
  const [first] = await join(store.db, query, relations)
  expect(first).toEqual({
    id: 1,
    title: 'Solaris',
    author_id: 1,
    translator_id: 3,
    isbn: 'a',
    author: { id: 1, name: 'Lem', editor_id: null },
  })
  const db = watch(store.db)
  await join(db, query, relations)
  expect(db.started).toBe(1)
})

test('joins on a column that the query has renamed or computed', async () => {
  const query = store.db
    .selectFrom('book')
    .select(({ eb }) => ['title as id', 'author_id as writer', eb('book.id', '-', 1).as('before')])
  const rows = await join(store.db, query.orderBy('book.id'), {
    writer_row: one(authors(), { on: ['author.id', 'writer'] }),
    previous: one(store.db.selectFrom('book').select('title'), { on: ['book.id', 'before'] }),
  })
  expect(rows[1]).toMatchObject({
    id: 'The Dispossessed',
    writer_row: { name: 'Le Guin' },
    previous: { title: 'Solaris' },
  })
})

test('keeps the limit, the filter and the joins of the query', async () => {
  const query = store.db
    .selectFrom('book as b')
    .innerJoin('author as a', 'a.id', 'b.author_id')
    .where('a.name', '=', 'Lem')
    .select(['b.id', 'a.name', 'translator_id'])
    .orderBy('b.id', 'desc')
    .limit(1)
  const rows = await join(store.db, query, { translator: one(authors(), { on: byTranslator }) })
  expect(rows).toMatchObject([{ id: 3, name: 'Lem', translator: { name: 'Kandel' } }])
})

test('joins by a key of several columns', async () => {
  const same = one(store.db.selectFrom('book').select('title'), {
    on: [
      ['book.id', 'id'],
      ['book.author_id', 'author_id'],
    ],
  })
  const rows = await join(store.db, books(), { same })
  expect(rows.map((row) => row.same?.title)).toEqual(['Solaris', 'The Dispossessed', 'The Cyberiad', 'Blank'])
})

test('works with the names of CamelCasePlugin', async () => {
  const db = store.db.withPlugin(new CamelCasePlugin()) as unknown as Kysely<{
    book: { id: number; authorId: number }
    author: { id: number; editorId: number | null; name: string }
  }>
  const rows = await join(db, db.selectFrom('book').select(['book.id', 'authorId']).where('book.id', '=', 2), {
    itsAuthor: one(db.selectFrom('author').select(['editorId', 'name']), { on: ['author.id', 'authorId'] }).with({
      itsEditor: one(db.selectFrom('author').selectAll(), { on: ['author.id', 'editorId'] }),
    }),
  })
  const itsEditor = { id: 1, name: 'Lem', editorId: null }
  expect(rows).toEqual([{ id: 2, authorId: 2, itsAuthor: { editorId: 1, name: 'Le Guin', itsEditor } }])
})

test('its rows can be given further relations, for which the joined ones cost nothing', async () => {
  const db = watch(store.db)
  const joined = await join(db, books(), { author: one(authors(), { on: byAuthor, required: true }) })
  const rows = await prefetchRows(db, joined, {
    reviews: many(store.db.selectFrom('review').select('id'), { on: ['review.book_id', 'id'] }),
  })
  expect(rows[0]?.author.name).toBe('Lem')
  expect(db.started).toBe(2)
})

test('gives what prefetch gives', async () => {
  const editor = one(authors(), { on: byEditor })
  const relations = {
    author: one(authors(), { on: byAuthor, required: true }).with({ editor }),
    translator: one(authors(), { on: byTranslator }).with({ editor }),
  }
  expect(await join(store.db, books(), relations)).toEqual(await prefetch(store.db, books(), relations))
})

test('gives no rows and asks nothing more where the query finds none', async () => {
  const db = watch(store.db)
  const reviews = many(store.db.selectFrom('review').select('id'), { on: ['review.book_id', 'id'] })
  expect(
    await join(db, books().where('book.id', '=', 0), { author: one(authors(), { on: byAuthor }), reviews }),
  ).toEqual([])
  expect(db.started).toBe(1)
})

test.each([
  ['group by', () => books().groupBy('book.id')],
  ['distinct', () => books().distinct()],
  ['distinct on', () => books().distinctOn('book.id')],
  ['union, intersect or except', () => books().union(books())],
])('refuses a query with %s', async (words, query) => {
  const joining = join(store.db, query(), { author: one(authors(), { on: byAuthor }) })
  await expect(joining).rejects.toThrow(
    new TypeError(`Cannot join relations to a query with '${words}': use 'prefetch' instead`),
  )
})

test('refuses a name that is a column, where the types were put aside', async () => {
  const author = one(authors(), { on: byAuthor })
  await expect(join(store.db, books(), { author_id: author } as never)).rejects.toThrow(
    "Cannot prefetch 'author_id' as the rows have a column of that name already",
  )
  const nested = one(authors(), { on: byAuthor }).with({ name: one(authors(), { on: byEditor }) } as never)
  await expect(join(store.db, books(), { author: nested })).rejects.toThrow(
    "Cannot prefetch 'name' below 'author' as the rows have a column of that name already",
  )
})
