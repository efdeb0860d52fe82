import { createDatabase, type TestDatabase } from '@seawall/services'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { many, one, prefetch, prefetchRows } from '../src/kysely.ts'
import { watch } from './bookstore.ts'
import { openPool } from './open-pool.ts'

interface Shop {
  /** `id` is int8, which pg returns as text. */
  line: { tenant: string; id: string; nr: number; colour: string; text: string }
}

let database: TestDatabase
let db: Kysely<Shop>
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  db = new Kysely({ dialect: new PostgresDialect({ pool: openPool(database.url) }) })
  await sql`create type colour as enum ('red', 'green')`.execute(db)
  await sql`create table line (tenant uuid, id int8, nr smallint, colour colour, text text)`.execute(db)
  await sql`
    insert into line select ${a}::uuid, 9007199254740993, n, (case n when 1 then 'red' else 'green' end)::colour, 'a' || n
    from generate_series(1, 3) n union all select ${b}::uuid, 9007199254740993, 1, 'red', 'b1'
  `.execute(db)
})
afterAll(async () => {
  await db?.destroy()
  await database?.drop()
})

const a = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
const b = 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
const id = '9007199254740993'

test('finds rows by columns of any types, each in an array of its type', async () => {
  const found = one(db.selectFrom('line').select('text'), {
    on: [
      ['line.tenant', 'shop'],
      ['line.id', 'id'],
      ['line.nr', 'nr'],
      ['line.colour', 'colour'],
    ],
  })
  const rows = [
    { shop: a, id, nr: 1, colour: 'red' },
    { shop: a, id, nr: 2, colour: 'red' },
    { shop: b, id, nr: 1, colour: 'red' },
    { shop: b, id: '1', nr: 1, colour: 'red' },
  ]
  const watched = watch(db)
  const loaded = await prefetchRows(watched, rows, { found })
  expect(loaded.map((row) => row.found?.text)).toEqual(['a1', undefined, 'b1', undefined])
  expect(watched.statements.map(({ parameters }) => parameters)).toEqual([
    [
      [a, a, b, b],
      [id, id, id, '1'],
      [1, 2, 1, 1],
      ['red', 'red', 'red', 'red'],
    ],
  ])
})

test('asks for no key of which a part is null', async () => {
  const lines = many(db.selectFrom('line').select('text').orderBy('text'), {
    on: [
      ['tenant', 'tenant'],
      ['nr', 'nr'],
    ],
  })
  const watched = watch(db)
  const rows = await prefetchRows(
    watched,
    [
      { tenant: a, nr: null },
      { tenant: null, nr: 1 },
    ],
    { lines },
  )
  expect(rows.map((row) => row.lines)).toEqual([[], []])
  expect(watched.started).toBe(0)
})

test('tells keys apart whose texts are the same in a row', async () => {
  const pairs = db.selectFrom(sql<{ a: string; b: string }>`(values ('1', '23'), ('12', '3'))`.as<'v'>(sql`v(a, b)`))
  const found = one(pairs.select('v.b as value'), {
    on: [
      ['v.a', 'a'],
      ['v.b', 'b'],
    ],
  })
  const rows = await prefetchRows(
    db,
    [
      { a: '12', b: '3' },
      { a: '1', b: '23' },
    ],
    { found },
  )
  expect(rows.map((row) => row.found?.value)).toEqual(['3', '23'])
})

test('names all columns of a required row that is missing', async () => {
  const lines = db.selectFrom('line').select(['tenant', 'nr']).where('nr', '=', 3)
  const next = one(db.selectFrom('line').select('text').where('nr', '<', 3), {
    on: [
      ['tenant', 'tenant'],
      ['nr', 'nr'],
    ],
    required: true,
  })
  await expect(prefetch(db, lines, { next })).rejects.toMatchObject({
    code: 'ERR_RELATION_MISSING',
    key: [a, 3],
    message: `Cannot prefetch 'next' as it is required and no row has this 'tenant, nr': ${a},3`,
  })
})
