import { createDatabase, type TestDatabase } from '@seawall/services'
import fc from 'fast-check'
import { Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { join, prefetch, type Relations } from '../src/kysely.ts'
import { openPool } from './open-pool.ts'
import { bruteForce, fill, relationsOf, world, type Row, type Tables, type World } from './random-trees.ts'

let database: TestDatabase
let db: Kysely<Tables>
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  const pool = openPool(database.url, { max: 4 })
  for (const name of ['t0', 't1', 't2'])
    await pool.query(`create table ${name} (id int primary key, x int, y text, n int not null)`)
  db = new Kysely({ dialect: new PostgresDialect({ pool }) })
})
afterAll(async () => {
  await db?.destroy()
  await database?.drop()
})

test('every tree of relations, by every strategy, is what looking at every row gives', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      await fill(db, given.data)
      expect(await loaded(given)).toEqual(bruteForce(given.data, rootRows(given), given.wishes))
    }),
    { numRuns: 150 },
  )
}, 120_000)

function loaded({ root, wishes, strategy }: World) {
  // columns of the root stay unambiguous beside joined tables
  const query = db.selectFrom(root).selectAll().orderBy(`${root}.n`).orderBy(`${root}.id`)
  const relations: Relations<Row> = relationsOf(db, wishes)
  return strategy === 'join' ? join(db, query, relations) : prefetch(db, query, relations, { strategy })
}

function rootRows({ data, root }: World): Row[] {
  return data[root].toSorted((a, b) => a.n - b.n || a.id - b.id)
}
