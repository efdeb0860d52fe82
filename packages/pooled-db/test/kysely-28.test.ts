import { Kysely, sql } from 'kysely'
import { Kysely as Kysely28 } from 'kysely28'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, type Database, transaction } from '../src/index.ts'
import { failureOf, fileDatabase } from './fixture.ts'

vi.mock('kysely', () => import('kysely28'))

interface Tables {
  number: { n: number }
}

const url = await fileDatabase()
let db: Database<Tables>

beforeAll(async () => {
  const database = createDatabase<Tables>({ connectionString: url })
  await sql`create table number (n int primary key)`.execute(database)
  await database.destroy()
})

beforeEach(() => {
  const database = createDatabase<Tables>({ connectionString: url, max: 2 })
  onTestFinished(() => database.destroy())
  db = database
})

describe('createDatabase on Kysely 0.28', () => {
  test('makes an instance of that version', () => {
    expect(Kysely).toBe(Kysely28)
    expect(db).toBeInstanceOf(Kysely28)
  })

  test('runs statements, and tells how many rows they changed', async () => {
    expect(
      await db
        .insertInto('number')
        .values([{ n: 1 }, { n: 2 }])
        .executeTakeFirst(),
    ).toMatchObject({
      numInsertedOrUpdatedRows: 2n,
    })
    expect(await db.selectFrom('number').select('n').orderBy('n').execute()).toEqual([{ n: 1 }, { n: 2 }])
    expect(await db.withSchema('public').deleteFrom('number').executeTakeFirst()).toMatchObject({ numDeletedRows: 2n })
  })

  test('runs transactions, and savepoints in them', async () => {
    await transaction(db, async (trx) => {
      await trx.insertInto('number').values({ n: 1 }).execute()
      await failureOf(transaction(db, (inner) => inner.insertInto('number').values({ n: 1 }).execute()))
    })
    expect(await db.deleteFrom('number').returning('n').execute()).toEqual([{ n: 1 }])
  })

  test('rejects a transaction that the server rolled back instead of committing it', async () => {
    const failure = db.transaction().execute(async (trx) => {
      await trx.insertInto('number').values({ n: 1 }).execute()
      await failureOf(trx.insertInto('number').values({ n: 1 }).execute())
      return 'committed'
    })
    expect((await failureOf(failure)).message).toContain('rolled back')
    expect(await db.selectFrom('number').selectAll().execute()).toEqual([])
  })
})
