import { AsyncLocalStorage } from 'node:async_hooks'
import { Query } from 'pg'
import { describe, expect, test, vi } from 'vitest'
import { createPool, PoolFullError, PoolTimeoutError } from '../src/index.ts'
import { countRunning, failureOf, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()

async function processIdOf(pool: ReturnType<typeof poolOn>): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid ?? 0
}

describe('a pool', () => {
  test('answers a statement with parameters', async () => {
    const { command, rowCount, rows } = await poolOn(url).query('select $1::int + $2::int as sum', [1, 2])
    expect({ command, rowCount, rows }).toEqual({ command: 'SELECT', rowCount: 1, rows: [{ sum: 3 }] })
  })

  test('connects by parts and under the name that it is given', async () => {
    const { hostname: host, port, pathname, username: user } = new URL(url)
    const connection = { host, port: Number(port), database: pathname.slice(1), user, password: async () => 'unused' }
    const pool = poolOn(url, { applicationName: 'shop' })
    expect((await pool.query('show application_name')).rows).toEqual([{ application_name: 'shop' }])
    const byParts = createPool({ connection })
    expect((await byParts.query('select current_database() as name')).rows).toEqual([{ name: pathname.slice(1) }])
    await byParts.close()
  })

  test('opens no more connections than max and counts them', async () => {
    const pool = poolOn(url, { max: 3 })
    const borrowing = Array.from({ length: 10 }, () => pool.connect())
    await Promise.all(borrowing.slice(0, 3))
    expect(pool.stats()).toMatchObject({ total: 3, idle: 0, active: 3, waiting: 7 })
    await Promise.all(borrowing.map(async (borrowed) => (await borrowed).release()))
    expect(pool.stats()).toMatchObject({ total: 3, idle: 3, active: 0, waiting: 0 })
  })

  test('serves those who wait in the order of their coming', async () => {
    const pool = poolOn(url, { max: 1 })
    const order: number[] = []
    await Promise.all([1, 2, 3, 4, 5].map((n) => pool.query('select 1').then(() => order.push(n))))
    expect(order).toEqual([1, 2, 3, 4, 5])
  })

  test('refuses at once whoever comes when as many wait as may', async () => {
    const pool = poolOn(url, { max: 1, maxWaiting: 2 })
    const borrowed = await pool.connect()
    const waiting = [pool.query('select 1'), pool.query('select 1')]
    const error = await failureOf(pool.query('select 1'))
    expect(error).toBeInstanceOf(PoolFullError)
    expect(error).toMatchObject({ code: 'ERR_POOL_FULL', status: 503, retryAfterMs: 1000, maxWaiting: 2 })
    borrowed.release()
    await Promise.all(waiting)
  })

  test('serves max callers when none may wait', async () => {
    const pool = poolOn(url, { max: 2, maxWaiting: 0 })
    const answers = await Promise.allSettled([1, 2, 3].map(() => pool.query('select 1')))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  })

  test('rejects a caller at its deadline and forgets it', async () => {
    const pool = poolOn(url, { max: 1, acquireTimeoutMs: 20 })
    const borrowed = await pool.connect()
    const error = await failureOf(pool.connect())
    expect(error).toBeInstanceOf(PoolTimeoutError)
    expect(error).toMatchObject({ code: 'ERR_POOL_TIMEOUT', status: 503, retryAfterMs: 1000, timeoutMs: 20 })
    expect(pool.stats().waiting).toBe(0)
    borrowed.release()
    expect(pool.stats()).toMatchObject({ total: 1, idle: 1, active: 0, waiting: 0 })
  })

  test('lets those who waited go on in their own context', async () => {
    const pool = poolOn(url, { max: 1 })
    const storage = new AsyncLocalStorage<string>()
    const borrowed = await pool.connect()
    const waiting = ['a', 'b'].map((name) =>
      storage.run(name, async () => {
        const client = await pool.connect()
        const seen = storage.getStore()
        client.release()
        return pool.query('select 1').then(() => [seen, storage.getStore()])
      }),
    )
    storage.run('the releaser', () => borrowed.release())
    expect(await Promise.all(waiting)).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ])
  })

  test('closes connections that were idle for too long', async () => {
    const pool = poolOn(url, { idleTimeoutMs: 20 })
    await pool.query('select 1')
    expect(pool.stats().total).toBe(1)
    await vi.waitFor(() => expect(pool.stats().total).toBe(0))
  })

  test('replaces connections that are too old, and not all at one age', async () => {
    const pool = poolOn(url, { maxLifetimeMs: 20, max: 1 })
    const first = await processIdOf(pool)
    await vi.waitFor(async () => expect(await processIdOf(pool)).not.toBe(first))
    expect(pool.stats().total).toBeLessThanOrEqual(1)
  })
})

describe('a statement given as an object', () => {
  test('has its values beside it, or in it', async () => {
    const pool = poolOn(url)
    const text = 'select $1::int as n'
    expect((await pool.query({ text, values: [1] })).rows).toEqual([{ n: 1 }])
    expect((await pool.query({ text, values: [1] }, [2])).rows).toEqual([{ n: 2 }])
  })

  test('has rows as lists, and values by its own parsers', async () => {
    const pool = poolOn(url, { max: 1 })
    const types = { getTypeParser: () => (value: string) => `<${value}>` }
    const query = { text: 'select 1 as a, 2 as a, null as b', rowMode: 'array', types } as const
    for (let n = 0; n < 3; n++) {
      const { rows, fields } = await pool.query({ ...query, name: 'lists' })
      expect(rows).toEqual([['<1>', '<2>', null]])
      expect(fields.map(({ name }) => name)).toEqual(['a', 'a', 'b'])
    }
    expect((await pool.query({ text: query.text, name: 'lists' })).rows).toEqual([{ a: 2, b: null }])
  })

  test('whose parser throws is rejected with that, and the connection stays', async () => {
    const pool = poolOn(url, { max: 1 })
    const pid = await processIdOf(pool)
    const parse = (): never => {
      throw new Error('no such day')
    }
    const error = await failureOf(pool.query({ text: 'select 1', types: { getTypeParser: () => parse } }))
    expect(error.message).toBe('no such day')
    expect(await processIdOf(pool)).toBe(pid)
  })
})

test('several statements in one text have a list of results, as in pg', async () => {
  const results = await poolOn(url).query('select 1 as a; create temp table t (id int); select 2 as b')
  expect(results).toMatchObject([
    { command: 'SELECT', rows: [{ a: 1 }] },
    { command: 'CREATE', rowCount: null, rows: [] },
    { command: 'SELECT', rows: [{ b: 2 }] },
  ])
  expect(await poolOn(url).query('')).toMatchObject({ rows: [], rowCount: null })
})

test("an error of the server's has the stack of whoever awaits it", async () => {
  const pool = poolOn(url)
  const askForNothing = async (): Promise<void> => void (await pool.query('select * from nothing'))
  expect((await failureOf(askForNothing())).stack).toContain('askForNothing')
})

test('a statement that copies from the client is refused, and the connection stays', async () => {
  const pool = poolOn(url, { max: 1 })
  await pool.query('create table load (id int)')
  const pid = await processIdOf(pool)
  expect((await failureOf(pool.query('copy load from stdin'))).message).toContain('no data to send')
  expect(await processIdOf(pool)).toBe(pid)
})

describe('hand-back', () => {
  test('rolls an open transaction back before the next borrower', async () => {
    const pool = poolOn(url, { max: 1 })
    await pool.query('create table account (id int primary key)')
    const first = await pool.connect()
    const pid = first.processID
    await first.query('begin')
    await first.query('insert into account values (1)')
    first.release()
    const second = await pool.connect()
    expect(second.processID).toBe(pid)
    expect((await second.query('select * from account')).rows).toEqual([])
    expect((await second.query('select pg_current_xact_id_if_assigned() as xid')).rows).toEqual([{ xid: null }])
    second.release()
  })

  test('rolls a failed transaction back and keeps the connection', async () => {
    const pool = poolOn(url, { max: 1 })
    const first = await pool.connect()
    const pid = first.processID
    await first.query('begin')
    await failureOf(first.query('select 1 / $1::int', [0]))
    first.release()
    expect(await processIdOf(pool)).toBe(pid)
  })

  test('keeps the connection after a unique violation, a bad value and an unknown table', async () => {
    const pool = poolOn(url, { max: 1 })
    await pool.query('create table tag (name text primary key)')
    await pool.query('insert into tag values ($1)', ['a'])
    const pid = await processIdOf(pool)
    expect(await failureOf(pool.query('insert into tag values ($1)', ['a']))).toMatchObject({ code: '23505' })
    expect(await failureOf(pool.query('select $1::int', ['x']))).toMatchObject({ code: '22P02' })
    expect(await failureOf(pool.query('select * from nothing'))).toMatchObject({ code: '42P01' })
    expect(await processIdOf(pool)).toBe(pid)
  })

  test('keeps the connection after a value that cannot be sent', async () => {
    const pool = poolOn(url, { max: 1 })
    const pid = await processIdOf(pool)
    const value = {
      toPostgres() {
        throw new Error('no such value')
      },
    }
    expect((await failureOf(pool.query('select $1', [value]))).message).toBe('no such value')
    expect(await processIdOf(pool)).toBe(pid)
    const client = await pool.connect()
    const running = failureOf(client.query('select pg_sleep(0.3)'))
    client.release()
    expect(await running).toBeInstanceOf(Error)
    expect(await processIdOf(pool)).not.toBe(pid)
  })

  test('keeps a connection whose borrower has asked for no writes', async () => {
    const pool = poolOn(url, { max: 1 })
    const pid = await processIdOf(pool)
    const asked = ['begin read only', 'start transaction isolation level serializable, read only']
    asked.push('begin; set transaction read only', 'begin; set local transaction_read_only = on')
    asked.push('set default_transaction_read_only = on')
    for (const text of asked) {
      const client = await pool.connect()
      await client.query(text)
      expect(await failureOf(client.query('create table late (id int)'))).toMatchObject({ code: '25006' })
      client.release()
      expect(await processIdOf(pool)).toBe(pid)
    }
  })

  test('keeps a connection where no writes are wanted', async () => {
    const pool = poolOn(`${url}?options=-c%20default_transaction_read_only%3Don`, { max: 1 })
    const pid = await processIdOf(pool)
    expect(await failureOf(pool.query('create table late (id int)'))).toMatchObject({ code: '25006' })
    expect(await processIdOf(pool)).toBe(pid)
  })

  test('discards a connection that refuses writes to somebody who has not asked for that', async () => {
    const pool = poolOn(url, { max: 1 })
    const pid = await processIdOf(pool)
    const next = await pool.connect()
    await next.query(`select set_config('default_transaction_' || 'read_only', 'on', false)`)
    expect(await failureOf(next.query('create table late (id int)'))).toMatchObject({ code: '25006' })
    next.release()
    expect(await processIdOf(pool)).not.toBe(pid)
  })

  test('discards a connection that is still busy, and stops its statement on the server', async () => {
    const pool = poolOn(url, { max: 1 })
    const admin = poolOn(url)
    const client = await pool.connect()
    const running = failureOf(client.query('select pg_sleep(61)'))
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(61)')).toBe(1))
    client.release()
    await running
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(61)')).toBe(0))
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('closes a connection when the borrower wants it', async () => {
    const pool = poolOn(url, { max: 1 })
    const client = await pool.connect()
    const pid = client.processID
    client.release(true)
    expect(await processIdOf(pool)).not.toBe(pid)
  })

  test('refuses the use of a client that was given back', async () => {
    const pool = poolOn(url, { max: 1 })
    const client = await pool.connect()
    client.release()
    expect((await failureOf(client.query('select 1'))).message).toContain('was given back to the pool already')
    expect(() => client.release()).toThrow('Cannot release as the connection was given back to the pool already')
    expect(pool.stats()).toMatchObject({ total: 1, idle: 1, active: 0, waiting: 0 })
  })

  test('refuses what is neither a text nor a query object, and values that are no list', async () => {
    const pool = poolOn(url, { max: 1 })
    for (const query of [undefined, null, 7, {}, { text: 7 }])
      expect(await failureOf(pool.query(query as unknown as string))).toBeInstanceOf(TypeError)
    expect(await failureOf(pool.query('select $1', 'x' as unknown as []))).toBeInstanceOf(TypeError)
    expect(pool.stats()).toMatchObject({ total: 0, active: 0 })
  })

  test('refuses more parameters than PostgreSQL can count, in clear words, and keeps the connection', async () => {
    const pool = poolOn(url, { max: 1 })
    const most = Array.from({ length: 65_535 }, (_, n) => n)
    const text = `select count(*)::int as n from unnest(array[${most.map((_, n) => `$${n + 1}::int`).join(',')}])`
    expect((await pool.query(text, most)).rows).toEqual([{ n: 65_535 }])
    const pid = await processIdOf(pool)
    const error = await failureOf(pool.query(text, [...most, 1]))
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toBe(
      'Cannot run a statement as it must have at most 65535 parameters: current value is 65536',
    )
    expect(await processIdOf(pool)).toBe(pid)
  })

  test('hands a query object to pg', async () => {
    const pool = poolOn(url, { max: 1 })
    const client = await pool.connect()
    const query = client.query(new Query('select 7 as n'))
    const rows: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      query.on('row', (row) => rows.push(row))
      query.on('error', reject)
      query.on('end', () => resolve())
    })
    client.release()
    expect(rows).toEqual([{ n: 7 }])
    expect(pool.stats().idle).toBe(1)
  })
})
