import { Kysely, PostgresDialect, sql } from 'kysely'
import { Kysely as Kysely28, PostgresDialect as PostgresDialect28, sql as sql28 } from 'kysely28'
import Cursor from 'pg-cursor'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createDatabase, createPool, transaction } from '../src/index.ts'
import { failureOf, fileDatabase, poolOn } from './fixture.ts'

interface Tables {
  number: { n: number }
}

const url = await fileDatabase()

beforeAll(async () => {
  const pool = createPool({ connectionString: url })
  await pool.query('create table number as select n from generate_series(1, 100) as n')
  await pool.close()
})

/** What both versions have in common, as the older one sees it. */
function open(version: string): Kysely28<Tables> {
  const pool = poolOn(url, { max: 2 })
  if (version === '0.28') return new Kysely28<Tables>({ dialect: new PostgresDialect28({ pool, cursor: Cursor }) })
  if (version === '0.29') return new Kysely<Tables>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) }) as never
  const database = createDatabase<Tables>({ connectionString: url, max: 2, cursor: Cursor })
  onTestFinished(() => database.destroy())
  return database as never
}

describe.each(['0.28', '0.29', 'createDatabase'])('Kysely %s on a pool', (version) => {
  test('selects, inserts, updates and deletes, and tells how many', async () => {
    const db = open(version)
    expect(
      await db
        .insertInto('number')
        .values([{ n: 101 }, { n: 102 }])
        .executeTakeFirst(),
    ).toMatchObject({ numInsertedOrUpdatedRows: 2n })
    expect(await db.updateTable('number').set({ n: 103 }).where('n', '=', 102).executeTakeFirst()).toMatchObject({
      numUpdatedRows: 1n,
    })
    expect(await db.selectFrom('number').select('n').where('n', '>', 100).orderBy('n').execute()).toEqual([
      { n: 101 },
      { n: 103 },
    ])
    expect(await db.deleteFrom('number').where('n', '>', 100).executeTakeFirst()).toMatchObject({ numDeletedRows: 2n })
    const raw =
      version === '0.28'
        ? sql28<{ one: number }>`select 1 as one`.execute(db)
        : sql<{ one: number }>`select 1 as one`.execute(db as never)
    expect((await raw).rows).toEqual([{ one: 1 }])
  })

  test('commits and rolls back, also with savepoints', async () => {
    const db = open(version)
    const controlled = await db.startTransaction().execute()
    await controlled.insertInto('number').values({ n: 201 }).execute()
    const saved = await controlled.savepoint('before').execute()
    await saved.insertInto('number').values({ n: 202 }).execute()
    await saved.rollbackToSavepoint('before').execute()
    await controlled.commit().execute()
    await failureOf(
      db.transaction().execute(async (trx) => {
        await trx.insertInto('number').values({ n: 203 }).execute()
        throw new Error('no')
      }),
    )
    expect(await db.deleteFrom('number').where('n', '>', 200).returning('n').execute()).toEqual([{ n: 201 }])
  })

  test('runs transaction() with its savepoints', async () => {
    const db = open(version) as unknown as Kysely<Tables>
    await transaction(db, async (trx) => {
      await trx.insertInto('number').values({ n: 301 }).execute()
      const inner = transaction(db, async (nested) => {
        await nested.insertInto('number').values({ n: 302 }).execute()
        throw new Error('no')
      })
      await failureOf(inner)
    })
    expect(await db.deleteFrom('number').where('n', '>', 300).returning('n').execute()).toEqual([{ n: 301 }])
  })

  test('streams rows through a cursor, and gives its connection back when the reader stops', async () => {
    const db = open(version)
    const all: number[] = []
    for await (const { n } of db.selectFrom('number').select('n').orderBy('n').stream(30)) all.push(n)
    expect(all).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    for (let round = 0; round < 5; round++) {
      for await (const { n } of db.selectFrom('number').select('n').orderBy('n').stream(10)) if (n === 3) break
    }
    expect(await db.selectFrom('number').select('n').where('n', '=', 7).execute()).toEqual([{ n: 7 }])
  })
})

test("pg-cursor reads through a pool's client", async () => {
  const client = await poolOn(url).connect()
  const cursor = client.query(new Cursor<{ n: number }>('select n from number where n > $1 order by n', [97]))
  expect(await cursor.read(2)).toEqual([{ n: 98 }, { n: 99 }])
  expect(await cursor.read(2)).toEqual([{ n: 100 }])
  await cursor.close()
  client.release()
})
