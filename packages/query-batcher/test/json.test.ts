import { createDatabase, type TestDatabase } from '@seawall/services'
import { CamelCasePlugin, Kysely, ParseJSONResultsPlugin, PostgresDialect, sql } from 'kysely'
import { types } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { count, many, one, prefetch, type Relation } from '../src/kysely.ts'
import { fillBookstore, openBookstore, watch, type TestBookstore } from './bookstore.ts'
import { openPool } from './open-pool.ts'

let store: TestBookstore
let database: TestDatabase
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
  database = await createDatabase(inject('postgresUrl'))
  const pool = openPool(database.url)
  await pool.query(valuesTable)
  await pool.end()
})
afterAll(async () => {
  await store?.close()
  await Promise.all(opened.map((db) => db.destroy()))
  await database?.drop()
})

const valuesTable = `
  create type mood as enum ('glad', 'sad');
  create domain score as numeric check (value >= 0);
  create table kind (
    id int, b boolean, i2 int2, i8 int8, n numeric, f4 float4, f8 float8, t text, v varchar(9), c char(3), u uuid,
    j json, jb jsonb, d date, ts timestamp, tz timestamptz, tm time, by bytea, m mood, s score, ip inet,
    ta text[], ia int[], wide text default 'x'
  );
  insert into kind values
    (1, true, 1, 9007199254740993, 1.10, 0.1, 1e300, 'é"\\', 'v', 'c', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
     '{"a": 1, "d": "2001-01-01"}', '[1, null]', '1969-12-31', '1969-12-31 23:59:59.9995', '1969-12-31 23:59:59.9995+00',
     '04:05:06.7', '\\x00ff', 'sad', 7.50, '10.0.0.0/8', '{a,NULL,"b,c"}', '{1,NULL}'),
    (1, false, -1, -1, 'NaN', 'NaN', '-Infinity', '', '', '', null,
     'null', 'null', 'infinity', '-infinity', 'infinity', null, '', 'glad', 0, '::1', '{}', '{}');
  insert into kind (id) values (1);
`

interface Values {
  kind: { id: number; wide: string }
}

const opened: Kysely<Values>[] = []

function open(settings: object = {}): Kysely<Values> {
  const pool = openPool(database.url, settings)
  const db = new Kysely<Values>({ dialect: new PostgresDialect({ pool }) })
  opened.push(db)
  return db
}

async function bothWays(db: Kysely<Values>): Promise<void> {
  const query = db.selectFrom(sql<{ id: number }>`(values (1), (2))`.as<'p'>(sql`p(id)`)).select('p.id')
  const relations = { kinds: many(db.selectFrom('kind').selectAll(), { on: ['kind.id', 'id'] }) }
  const rows = await prefetch(db, query, relations, { strategy: 'json' })
  expect(rows).toEqual(await prefetch(db, query, relations))
  expect(rows[0]?.kinds).toHaveLength(3)
}

test('gives every value as the driver gives it', async () => {
  const db = open()
  await bothWays(db)
})

test('gives every value as parsers of the application give it', async () => {
  const parsers: Record<number, (text: string) => unknown> = {
    20: BigInt,
    1700: Number,
    1082: String,
    1114: String,
    1184: String,
    17: String,
    114: String,
  }
  const getTypeParser = (oid: number, format?: 'text'): unknown => parsers[oid] ?? types.getTypeParser(oid, format)
  const db = open({ types: { getTypeParser } })
  await bothWays(db)
})

test.each(['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Europe/Amsterdam'])(
  'gives moments of every age as the driver gives them, with the clock of %s',
  async (zone) => {
    const db = open({ max: 1 })
    await sql`select set_config('TimeZone', ${zone}, false)`.execute(db)
    const times = [
      '2001-02-03 04:05:06.789123+00',
      '1969-12-31 23:59:59.9995+00',
      '1899-12-31 12:00:00+00',
      '0099-01-01 00:00:00.5+00',
      '9999-12-31 23:59:59.999999+00',
      '10000-01-01 12:00:00.25+00',
      '0044-03-15 12:00:00+00 BC',
      '-infinity',
    ]
    const moments = sql<{ id: number; at: Date }>`(select 1 as id, unnest(${times}::timestamptz[]) as at)`
    const parents = db.selectFrom('kind').select('id').limit(1)
    const relations = { moments: many(db.selectFrom(moments.as('m')).select('m.at'), { on: ['m.id', 'id'] }) }
    const [row] = await prefetch(db, parents, relations, { strategy: 'json' })
    expect(row).toEqual((await prefetch(db, parents, relations))[0])
    expect(row?.moments.slice(0, 2)).toEqual([
      { at: new Date('2001-02-03T04:05:06.789Z') },
      { at: new Date('1969-12-31T23:59:59.999Z') },
    ])
  },
)

test('counts rows that have no columns', async () => {
  const relations = { rows: many(store.db.selectFrom('review'), { on: ['review.book_id', 'id'] }) }
  const rows = await prefetch(store.db, books(), relations, { strategy: 'json' })
  expect(rows.map((row) => row.rows)).toEqual([[{}, {}, {}], [{}], [{}], []])
})

test('refuses a column of a type that JSON cannot carry, by name', async () => {
  const db = open()
  const points = many(db.selectFrom('kind').select(sql<string>`'(1,2)'::point`.as('at')), { on: ['kind.id', 'id'] })
  const parents = db.selectFrom('kind').select('id')
  await expect(prefetch(db, parents, { points }, { strategy: 'json' })).rejects.toThrow(
    new TypeError(
      "Cannot prefetch 'points' by JSON as 'at' is of the type point, which JSON cannot carry: " +
        "use the strategy 'select', or select the column as text",
    ),
  )
})

test('carries more columns than PostgreSQL has arguments', async () => {
  const db = open()
  const wide = Array.from({ length: 200 }, (_, index) => `c${String(index)}`)
  const query = db.selectFrom('kind').select(wide.map((name) => sql.lit(name).as(name)))
  const nested = count(db.selectFrom('kind'), { on: ['kind.wide', 'c0'] })
  const parents = db.selectFrom('kind').select('id').limit(1)
  const relation = many(query, { on: ['kind.id', 'id'] }).with({ nested } as never) as Relation<
    { id: number },
    object[]
  >
  const relations = { relation }
  const rows = await prefetch(db, parents, relations, { strategy: 'json' })
  expect(rows).toEqual(await prefetch(db, parents, relations))
  expect(Object.keys(rows[0]?.relation[0] ?? {})).toHaveLength(201)
})

function books() {
  return store.db.selectFrom('book').select(['id', 'author_id']).orderBy('id')
}

function relations() {
  const { db } = store
  const author = one(db.selectFrom('author').selectAll(), { on: ['author.id', 'author_id'] })
  return {
    author,
    reviews: many(db.selectFrom('review').select(['id', 'created_at']), { on: ['review.book_id', 'id'] }),
  }
}

test('takes one statement once the columns are known', async () => {
  await prefetch(store.db, books(), relations(), { strategy: 'json' })
  const db = watch(store.db)
  await prefetch(db, books().where('id', '<', 9), relations(), { strategy: 'json' })
  expect(db.started).toBe(1)
})

test('keeps the order of the query by a limit, where the query has none of its own', async () => {
  const db = watch(store.db)
  await prefetch(db, books(), relations(), { strategy: 'json' })
  await prefetch(db, books().limit(2), relations(), { strategy: 'json' })
  await prefetch(db, books().clearOrderBy(), relations(), { strategy: 'json' })
  const limits = db.statements.filter(({ sql: text }) => text.includes('json_agg(')).map(({ parameters }) => parameters)
  expect(limits).toEqual([[Number.MAX_SAFE_INTEGER], [2], []])
})

test('shares one object between parents with the same key', async () => {
  const [first, , third] = await prefetch(store.db, books(), relations(), { strategy: 'json' })
  expect(first?.author).toEqual({ id: 1, name: 'Lem', editor_id: null })
  expect(third?.author).toBe(first?.author)
})

test('refuses two rows of a relation to one, and a required row that is missing', async () => {
  const two = one(store.db.selectFrom('review').select('id'), { on: ['review.book_id', 'id'] })
  await expect(prefetch(store.db, books(), { two }, { strategy: 'json' })).rejects.toThrow("use 'many' instead")
  const lem = store.db.selectFrom('author').select('name').where('name', '=', 'Lem')
  const author = one(lem, { on: ['author.id', 'author_id'], required: true })
  await expect(prefetch(store.db, books(), { author }, { strategy: 'json' })).rejects.toMatchObject({
    code: 'ERR_RELATION_MISSING',
    relation: 'author',
    key: 2,
  })
})

test('refuses keys that cannot be told apart by their text, where the types were put aside', async () => {
  const twin = one(store.db.selectFrom('review').select('id'), { on: ['review.created_at', 'created_at'] } as never)
  const reviews = store.db.selectFrom('review').select('created_at').where('id', '=', '1')
  await expect(prefetch(store.db, reviews, { twin } as never, { strategy: 'json' })).rejects.toThrow(
    new TypeError(
      "Cannot prefetch 'twin' as a key must be a string, a number or a bigint: current type of 'created_at' is Date",
    ),
  )
})

test('loads a relation without a query of its own after', async () => {
  const load = (parents: readonly { id: string }[]) => Promise.resolve(parents.map(({ id }) => `#${id}`))
  const { db } = store
  const named = many(db.selectFrom('review').select('id').orderBy('id'), { on: ['review.book_id', 'id'] }).with({
    name: { load },
  })
  const rows = await prefetch(db, books(), { named }, { strategy: 'json' })
  expect(rows.map((row) => row.named.map(({ name }) => name))).toEqual([['#1', '#2', '#4'], ['#5'], ['#3'], []])
})

test('works with the names of CamelCasePlugin', async () => {
  const db = store.db.withPlugin(new CamelCasePlugin()) as unknown as Kysely<{
    book: { id: number; authorId: number }
    review: { bookId: number; createdAt: Date; isApproved: boolean }
  }>
  const reviews = db
    .selectFrom('review')
    .select(['createdAt', 'isApproved'])
    .orderBy('review.id' as never)
  const relation = { itsReviews: many(reviews, { on: ['review.bookId', 'id'] }) }
  const query = db.selectFrom('book').select(['id', 'authorId']).where('id', '=', 3)
  const createdAt = new Date('2026-01-02T03:04:05Z')
  expect(await prefetch(db, query, relation, { strategy: 'json' })).toEqual([
    { id: 3, authorId: 1, itsReviews: [{ createdAt, isApproved: true }] },
  ])
})

test('works where ParseJSONResultsPlugin has read the JSON already', async () => {
  await bothWays(open().withPlugin(new ParseJSONResultsPlugin()))
})

test('asks for the columns again when the tables have changed', async () => {
  const { db } = store
  await sql`create table note (book_id int not null, old text, body text)`.execute(db)
  await sql`insert into note values (1, 'old', 'a')`.execute(db)
  const notes = db.withTables<{ note: { book_id: number; body: string } }>().selectFrom('note').selectAll()
  const load = () =>
    prefetch(db, books().limit(1), { notes: many(notes, { on: ['note.book_id', 'id'] }) }, { strategy: 'json' })
  await load()
  await sql`alter table note drop column old`.execute(db)
  await expect(load()).rejects.toMatchObject({ code: '42703' })
  expect((await load())[0]?.notes).toEqual([{ book_id: 1, body: 'a' }])
})

test('refuses a name that is a column of the rows, where the types were put aside', async () => {
  const { author } = relations()
  await expect(prefetch(store.db, books(), { author_id: author } as never, { strategy: 'json' })).rejects.toThrow(
    "Cannot prefetch 'author_id' as the rows have a column of that name already",
  )
  const nested = author.with({ name: author } as never)
  await expect(prefetch(store.db, books(), { nested }, { strategy: 'json' })).rejects.toThrow(
    "Cannot prefetch 'name' below 'nested' as the rows have a column of that name already",
  )
})
