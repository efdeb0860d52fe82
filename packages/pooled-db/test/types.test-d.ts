import { type Kysely, Kysely as KyselyClass, PostgresDialect } from 'kysely'
import { Query } from 'pg'
import { expectTypeOf, test } from 'vitest'
import { createDatabase, createPool, type Pool } from '../src/index.ts'

interface Tables {
  book: { id: number; title: string }
}

const pool = createPool({ connectionString: 'postgres://localhost/shop' })
const database = createDatabase<Tables>({ connection: { host: 'localhost' } })

test('a database is a Kysely instance with its pool', () => {
  expectTypeOf(database).toExtend<Kysely<Tables>>()
  expectTypeOf(database.pool).toEqualTypeOf<Pool>()
  expectTypeOf(database.selectFrom('book').select('title').execute()).resolves.toEqualTypeOf<{ title: string }[]>()
})

test("a pool fits Kysely's own dialect, and pg's own queries", async () => {
  expectTypeOf(new KyselyClass<Tables>({ dialect: new PostgresDialect({ pool }) })).toEqualTypeOf<Kysely<Tables>>()
  expectTypeOf(pool.query<{ id: number }>('select 1 as id'))
    .resolves.toHaveProperty('rows')
    .toEqualTypeOf<{ id: number }[]>()
  const client = await pool.connect()
  expectTypeOf(client.query(new Query('select 1'))).toEqualTypeOf<Query>()
  client.release()
})

test('wrong use does not compile', () => {
  // @ts-expect-error - an unknown table
  database.selectFrom('author')
  // @ts-expect-error - an unknown option
  createPool({ connectionString: 'postgres://localhost/shop', maxWait: 5 })
  // @ts-expect-error - a string for a number
  createPool({ connectionString: 'postgres://localhost/shop', max: '5' })
})
