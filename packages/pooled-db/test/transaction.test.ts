import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Generated, sql, type Transaction } from 'kysely'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  afterCommit,
  createDatabase,
  currentDatabase,
  type Database,
  type HookFailureMessage,
  type RetryMessage,
  transaction,
} from '../src/index.ts'
import { failureOf, fileDatabase, terminate } from './fixture.ts'

interface Tables {
  account: { id: Generated<number>; name: string; cents: number }
}

const url = await fileDatabase()
let db: Database<Tables>

function open(): Database<Tables> {
  const database = createDatabase<Tables>({ connectionString: url, max: 4 })
  onTestFinished(() => database.destroy())
  return database
}

function messagesOf<T>(name: string): T[] {
  const messages: T[] = []
  const record = (message: unknown): void => void messages.push(message as T)
  subscribe(name, record)
  onTestFinished(() => void unsubscribe(name, record))
  return messages
}

async function names(): Promise<string[]> {
  const rows = await db.selectFrom('account').select('name').orderBy('id').execute()
  return rows.map(({ name }) => name)
}

function add(trx: Transaction<Tables>, name: string): Promise<unknown> {
  return trx.insertInto('account').values({ name, cents: 0 }).execute()
}

/** Resolves for each caller when all have come; afterwards at once. */
function meetingOf(callers: number): () => Promise<void> {
  let missing = callers
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return () => {
    if (--missing === 0) open()
    return opened
  }
}

beforeAll(async () => {
  const database = createDatabase<Tables>({ connectionString: url })
  await sql`create table account (id serial primary key, name text unique, cents int not null)`.execute(database)
  await database.destroy()
})

beforeEach(async () => {
  db = open()
  await sql`truncate account restart identity`.execute(db)
})

describe('a transaction', () => {
  test('commits what its function resolves with', async () => {
    expect(await transaction(db, (trx) => add(trx, 'Ann').then(() => 'done'))).toBe('done')
    expect(await names()).toEqual(['Ann'])
  })

  test('is rolled back when its function throws', async () => {
    const failure = transaction(db, async (trx) => {
      await add(trx, 'Ann')
      throw new Error('changed my mind')
    })
    expect((await failureOf(failure)).message).toBe('changed my mind')
    expect(await names()).toEqual([])
  })

  test('has the isolation that it is given', async () => {
    const level = (trx: Transaction<Tables>) =>
      sql<{ level: string }>`select current_setting('transaction_isolation') as level`.execute(trx)
    for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const)
      expect((await transaction(db, level, { isolation })).rows).toEqual([{ level: isolation }])
  })

  test('that is read-only refuses writes, and leaves its connection able to write', async () => {
    expect(await failureOf(transaction(db, (trx) => add(trx, 'Ann'), { readOnly: true }))).toMatchObject({
      code: '25006',
    })
    await transaction(db, (trx) => add(trx, 'Bob'))
    expect(await names()).toEqual(['Bob'])
  })

  test('is run again after a serialization failure, until it succeeds', async () => {
    await sql`insert into account (name, cents) values ('Ann', 100), ('Bob', 100)`.execute(db)
    const retries = messagesOf<RetryMessage>('seawall:pooled-db:retry')
    const bothHaveRead = meetingOf(2)
    const withdraw = (name: string) =>
      transaction(
        db,
        async (trx) => {
          const rows = await trx.selectFrom('account').select('cents').execute()
          await bothHaveRead()
          if (rows.reduce((sum, { cents }) => sum + cents, 0) < 200) return 'refused'
          await trx.updateTable('account').set({ cents: 0 }).where('name', '=', name).execute()
          return 'paid'
        },
        { isolation: 'serializable' },
      )
    expect((await Promise.all([withdraw('Ann'), withdraw('Bob')])).toSorted()).toEqual(['paid', 'refused'])
    expect(retries).toEqual([{ attempt: 1, code: '40001', delayMs: expect.any(Number) }])
  })

  test('is run again after a deadlock', async () => {
    await sql`insert into account (name, cents) values ('Ann', 0), ('Bob', 0)`.execute(db)
    await sql`alter database ${sql.id(new URL(url).pathname.slice(1))} set deadlock_timeout = '20ms'`.execute(db)
    const database = open()
    const retries = messagesOf<RetryMessage>('seawall:pooled-db:retry')
    const bothHoldOne = meetingOf(2)
    const touch = (trx: Transaction<Tables>, name: string) =>
      trx
        .updateTable('account')
        .set((eb) => ({ cents: eb('cents', '+', 1) }))
        .where('name', '=', name)
        .execute()
    const move = (from: string, to: string) =>
      transaction(database, async (trx) => {
        await touch(trx, from)
        await bothHoldOne()
        await touch(trx, to)
      })
    await Promise.all([move('Ann', 'Bob'), move('Bob', 'Ann')])
    expect(retries.map(({ code }) => code)).toEqual(['40P01'])
    expect(await db.selectFrom('account').select('cents').execute()).toEqual([{ cents: 2 }, { cents: 2 }])
  })

  test('is not run again more often than retries says, and then throws the failure', async () => {
    let runs = 0
    const fail = () =>
      transaction(db, (trx) => (runs++, sql`do $$ begin raise sqlstate '40001'; end $$`.execute(trx)), {
        retries: 2,
        retryDelayMs: 0,
      })
    expect(await failureOf(fail())).toMatchObject({ code: '40001' })
    expect(runs).toBe(3)
  })

  test('is not run again after another error, but is when its function has wrapped the failure', async () => {
    let runs = 0
    const fail = (code: string) =>
      transaction(
        db,
        async (trx) => {
          runs++
          await sql
            .raw(`do $$ begin raise sqlstate '${code}'; end $$`)
            .execute(trx)
            .catch((cause: unknown) => {
              throw new Error('the order could not be stored', { cause })
            })
        },
        { retryDelayMs: 0, retries: 1 },
      )
    await failureOf(fail('23505'))
    expect(runs).toBe(1)
    await failureOf(fail('40001'))
    expect(runs).toBe(3)
  })

  test('ends its pause before a repetition when its signal is aborted', async () => {
    const controller = new AbortController()
    const retries = messagesOf<RetryMessage>('seawall:pooled-db:retry')
    const failure = failureOf(
      transaction(db, (trx) => sql`do $$ begin raise sqlstate '40001'; end $$`.execute(trx), {
        retries: 100,
        signal: controller.signal,
      }),
    )
    await vi.waitFor(() => expect(retries.length).toBeGreaterThan(1))
    controller.abort()
    expect((await failure).name).toBe('AbortError')
  })

  test('rejects when its connection is lost, and nothing of it stays', async () => {
    const admin = open()
    const failure = transaction(db, async (trx) => {
      await add(trx, 'Ann')
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await terminate(admin.pool, rows[0]?.pid ?? 0)
      await transaction(db, (inner) => add(inner, 'Bob'))
    })
    expect(await failureOf(failure)).toBeInstanceOf(Error)
    expect(await names()).toEqual([])
  })

  test.each([
    [{ isolation: 'snapshot' }, "'isolation' must be one of"],
    [{ retries: -1 }, "'retries' must be an integer from 0 to 100"],
    [{ retris: 3 }, "did you mean 'retries'?"],
  ])('refuses the options %j', async (options, message) => {
    const failure = await failureOf(transaction(db, async () => 1, options as object))
    expect(failure.message).toContain(message)
  })
})

describe('a nested transaction', () => {
  test('is rolled back alone when it throws', async () => {
    await transaction(db, async (trx) => {
      await add(trx, 'Ann')
      const failure = transaction(db, async (inner) => {
        await add(inner, 'Bob')
        await add(inner, 'Ann')
      })
      expect(await failureOf(failure)).toMatchObject({ code: '23505' })
      await transaction(trx, (inner) => transaction(db, () => add(inner, 'Cat')))
    })
    expect(await names()).toEqual(['Ann', 'Cat'])
  })

  test('goes with the outer one', async () => {
    const failure = transaction(db, async () => {
      await transaction(db, (inner) => add(inner, 'Ann'))
      throw new Error('no')
    })
    await failureOf(failure)
    expect(await names()).toEqual([])
  })

  test('that fails to be serialized lets the whole be run again', async () => {
    const runs: string[] = []
    await transaction(db, async (trx) => {
      runs.push('outer')
      await transaction(trx, async (inner) => {
        runs.push('inner')
        if (runs.length < 4) await sql`do $$ begin raise sqlstate '40001'; end $$`.execute(inner)
      })
    })
    expect(runs).toEqual(['outer', 'inner', 'outer', 'inner'])
  })

  test('is refused beside another one, and options that belong to the whole', async () => {
    await transaction(db, async () => {
      const first = transaction(db, (inner) => add(inner, 'Ann'))
      expect((await failureOf(transaction(db, (inner) => add(inner, 'Bob')))).message).toContain('await it first')
      await first
      const misplaced = await failureOf(transaction(db, async () => 1, { isolation: 'serializable' }))
      expect(misplaced.message).toContain("'isolation' belongs to the outermost one")
    })
    expect(await names()).toEqual(['Ann'])
  })

  test('on another database is a transaction of its own', async () => {
    const other = open()
    await failureOf(
      transaction(db, async (trx) => {
        await add(trx, 'Ann')
        await transaction(other, (inner) => add(inner, 'Bob'))
        throw new Error('no')
      }),
    )
    expect(await names()).toEqual(['Bob'])
  })
})

describe('currentDatabase', () => {
  test('is the transaction that the caller is in, and the database outside of any', async () => {
    expect(currentDatabase(db)).toBe(db)
    let late: () => unknown = () => undefined
    await transaction(db, async (trx) => {
      expect(currentDatabase(db)).toBe(trx)
      late = vi.fn(() => currentDatabase(db))
      setImmediate(late)
    })
    await vi.waitFor(() => expect(late).toHaveReturned())
    expect(late).toHaveReturnedWith(db)
  })
})

describe('afterCommit', () => {
  test('runs after the outermost commit, in order, when others see what was written', async () => {
    const seen: unknown[] = []
    await transaction(db, async (trx) => {
      await afterCommit(async () => seen.push('first', await names()))
      await transaction(db, async (inner) => {
        await add(inner, 'Ann')
        await afterCommit(() => seen.push('second'))
      })
      await add(trx, 'Bob')
      expect(seen).toEqual([])
    })
    expect(seen).toEqual(['first', ['Ann', 'Bob'], 'second'])
  })

  test('does not run when the transaction, or the nested one that it was called in, is rolled back', async () => {
    const hook = vi.fn<() => void>()
    await transaction(db, async () => {
      await failureOf(
        transaction(db, async () => {
          await afterCommit(hook)
          throw new Error('no')
        }),
      )
    })
    await failureOf(
      transaction(db, async () => {
        await afterCommit(hook)
        throw new Error('no')
      }),
    )
    expect(hook).not.toHaveBeenCalled()
  })

  test('does not run when the commit itself fails', async () => {
    const hook = vi.fn<() => void>()
    await sql`create table if not exists parent (id int primary key)`.execute(db)
    await sql`create table if not exists child (id int references parent deferrable initially deferred)`.execute(db)
    const failure = transaction(db, async (trx) => {
      await afterCommit(hook)
      await sql`insert into child values (7)`.execute(trx)
    })
    expect(await failureOf(failure)).toMatchObject({ code: '23503' })
    expect(hook).not.toHaveBeenCalled()
  })

  test('does not run when the server rolls back instead, since a failure was caught and passed over', async () => {
    const hook = vi.fn<() => void>()
    const failure = transaction(db, async (trx) => {
      await afterCommit(hook)
      await failureOf(sql`select 1 / 0`.execute(trx))
    })
    expect((await failureOf(failure)).message).toMatch(/rolled back/i)
    expect(hook).not.toHaveBeenCalled()
  })

  test('runs once for the attempt that committed', async () => {
    const hook = vi.fn<() => void>()
    let runs = 0
    await transaction(db, async (trx) => {
      await afterCommit(hook)
      if (++runs < 3) await sql`do $$ begin raise sqlstate '40001'; end $$`.execute(trx)
    })
    expect([runs, hook.mock.calls.length]).toEqual([3, 1])
  })

  test('runs at once outside of a transaction', async () => {
    const hook = vi.fn<() => void>()
    await afterCommit(hook)
    expect(hook).toHaveBeenCalledOnce()
  })

  test('tells the channel when a function throws, and runs the others', async () => {
    const failures = messagesOf<HookFailureMessage>('seawall:pooled-db:hook-failure')
    const hook = vi.fn<() => void>()
    const result = await transaction(db, async (trx) => {
      await afterCommit(() => sql`select 's3cret'::int`.execute(db))
      await afterCommit(hook)
      await add(trx, 'Ann')
      return 'committed'
    })
    expect(result).toBe('committed')
    expect(hook).toHaveBeenCalledOnce()
    expect(failures).toEqual([{ error: { name: 'DatabaseError', code: '22P02' } }])
  })

  test('warns the process when a function throws and nobody listens', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    await transaction(db, () => afterCommit(() => Promise.reject(new Error('s3cret'))))
    expect((await warned).message).toBe('A function given to afterCommit has thrown a Error')
  })
})
