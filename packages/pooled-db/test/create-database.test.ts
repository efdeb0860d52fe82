import { sql, type Generated } from 'kysely'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, type Database, type PoolOptions } from '../src/index.ts'
import { countRunning, failureOf, fileDatabase, poolOn, terminate } from './fixture.ts'

interface Tables {
  book: { id: Generated<number>; title: string }
}

const url = await fileDatabase()

function databaseOn(options: PoolOptions = {}): Database<Tables> {
  const database = createDatabase<Tables>({ connectionString: url, ...options })
  onTestFinished(() => database.destroy())
  return database
}

beforeAll(async () => {
  const database = createDatabase<Tables>({ connectionString: url })
  await database.schema
    .createTable('book')
    .addColumn('id', 'serial', (column) => column.primaryKey())
    .addColumn('title', 'text', (column) => column.notNull().unique())
    .execute()
  await database.destroy()
})

describe('a database', () => {
  test('is Kysely over a pool', async () => {
    const database = databaseOn()
    await database.insertInto('book').values({ title: 'Emma' }).execute()
    const books = await database.selectFrom('book').select('title').where('title', '=', 'Emma').execute()
    expect(books).toEqual([{ title: 'Emma' }])
    expect(database.pool.stats()).toMatchObject({ total: 1, idle: 1, active: 0, waiting: 0 })
  })

  test('commits and rolls back transactions', async () => {
    const database = databaseOn({ max: 1 })
    await database.transaction().execute((trx) => trx.insertInto('book').values({ title: 'Ulysses' }).execute())
    const failure = failureOf(
      database.transaction().execute(async (trx) => {
        await trx.insertInto('book').values({ title: 'Kim' }).execute()
        throw new Error('changed my mind')
      }),
    )
    expect((await failure).message).toBe('changed my mind')
    const titles = await database.selectFrom('book').select('title').where('title', 'in', ['Ulysses', 'Kim']).execute()
    expect(titles).toEqual([{ title: 'Ulysses' }])
  })

  test('rejects a transaction whose server process is ended in the middle, and goes on', async () => {
    const database = databaseOn({ max: 1 })
    const admin = poolOn(url)
    const failure = await failureOf(
      database.transaction().execute(async (trx) => {
        await trx.insertInto('book').values({ title: 'Lost' }).execute()
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
        await terminate(admin, rows[0]?.pid ?? 0)
        await trx.selectFrom('book').selectAll().execute()
      }),
    )
    expect(failure).toMatchObject({ code: '57P01' })
    expect(await database.selectFrom('book').select('id').where('title', '=', 'Lost').execute()).toEqual([])
  })

  test('rejects a transaction whose statement takes too long, and goes on', async () => {
    const database = databaseOn({ max: 1, queryTimeoutMs: 100 })
    const failure = await failureOf(
      database.transaction().execute(async (trx) => {
        await trx.insertInto('book').values({ title: 'Slow' }).execute()
        await sql`select pg_sleep(66)`.execute(trx)
      }),
    )
    expect(failure).toMatchObject({ code: 'ERR_QUERY_TIMEOUT' })
    expect(await database.selectFrom('book').select('id').where('title', '=', 'Slow').execute()).toEqual([])
  })

  test('cancels a statement by signal, although its pool has no other connection', async () => {
    const database = databaseOn({ max: 1 })
    const admin = poolOn(url)
    const controller = new AbortController()
    const running = failureOf(
      sql`select pg_sleep(67)`.execute(database, {
        signal: controller.signal,
        inflightQueryAbortStrategy: 'cancel query',
      }),
    )
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(67)')).toBe(1))
    vi.spyOn(console, 'error').mockReturnValue()
    onTestFinished(() => void vi.restoreAllMocks())
    controller.abort()
    expect((await running).name).toBe('AbortError')
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(67)')).toBe(0))
    expect(await database.selectFrom('book').select('id').where('id', '<', 0).execute()).toEqual([])
  })

  test('closes its pool when it is destroyed, also where only the pool was used', async () => {
    const database = createDatabase<Tables>({ connectionString: url })
    await database.pool.query('select 1')
    await database.destroy()
    expect(database.pool.stats().total).toBe(0)
    const error = await failureOf(database.selectFrom('book').selectAll().execute())
    expect(error).toMatchObject({ code: 'ERR_POOL_CLOSED' })
  })

  test('closes its pool at the end of an await using block', async () => {
    let pool
    {
      await using database = createDatabase<Tables>({ connectionString: url })
      await database.selectFrom('book').selectAll().execute()
      pool = database.pool
    }
    expect(pool.stats().total).toBe(0)
  })
})
