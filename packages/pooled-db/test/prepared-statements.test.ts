import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type Pool } from '../src/index.ts'
import { failureOf, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()

interface Prepared {
  readonly name: string
  readonly statement: string
  readonly runs: number
}

/** What the one connection of a pool holds prepared. Asked without parameters, so that it is not prepared itself. */
async function preparedOn(pool: Pool): Promise<Prepared[]> {
  const text = `select name, statement, (generic_plans + custom_plans)::int as runs from pg_prepared_statements order by prepare_time`
  return (await pool.query<Prepared>(text)).rows
}

async function runTwice(pool: Pool, text: string, values: readonly unknown[] = [1]): Promise<void> {
  await pool.query(text, values)
  await pool.query(text, values)
}

describe('a statement with parameters', () => {
  test('is prepared when it comes the second time, under a name that PostgreSQL reads in full', async () => {
    const pool = poolOn(url, { max: 1 })
    await pool.query('select $1::int as one', [1])
    expect(await preparedOn(pool)).toEqual([])
    for (const n of [2, 3, 4]) expect((await pool.query('select $1::int as one', [n])).rows).toEqual([{ one: n }])
    const [prepared] = await preparedOn(pool)
    expect(prepared).toMatchObject({ statement: 'select $1::int as one', runs: 3 })
    expect(prepared?.name.length).toBeLessThanOrEqual(63)
  })

  test('is told apart from one that is the same in its first 63 bytes', async () => {
    const pool = poolOn(url, { max: 1 })
    const beginning = `select $1::int as n /* ${'x'.repeat(80)}`
    await runTwice(pool, `${beginning} a */`)
    await runTwice(pool, `${beginning} b */`)
    expect(await preparedOn(pool)).toHaveLength(2)
  })

  test('is prepared at once when it has a name, which may be used for several texts', async () => {
    const pool = poolOn(url, { max: 1 })
    await pool.query({ name: 'find', text: 'select $1::int as a', values: [1] })
    await pool.query({ name: 'find', text: 'select $1::int as b', values: [1] })
    expect(await preparedOn(pool)).toHaveLength(2)
  })

  test('is not prepared where the pool, or the statement, says so', async () => {
    const never = poolOn(url, { max: 1, preparedStatements: false })
    await runTwice(never, 'select $1::int')
    await never.query({ name: 'find', text: 'select $1::int', values: [1] })
    expect(await preparedOn(never)).toEqual([])
    const pool = poolOn(url, { max: 1 })
    for (const n of [1, 2, 3]) await pool.query('select $1::int', [n], { prepare: false })
    expect(await preparedOn(pool)).toEqual([])
  })
})

test('utility statements, several statements in one text, and texts that never come twice are not prepared', async () => {
  const pool = poolOn(url, { max: 1 })
  for (let n = 0; n < 3; n++) {
    await pool.query('set local work_mem = 64', [], { prepare: true })
    await pool.query('select 1; select 2')
    await pool.query('explain select $1::int', [1])
    for (let i = 0; i < 20; i++) await pool.query(`select $1::int /* request ${n}-${i} */`, [i])
  }
  expect(await preparedOn(pool)).toEqual([])
})

test('no more are held than may be, and the one used longest ago goes first', async () => {
  const pool = poolOn(url, { max: 1, preparedStatements: { max: 3 } })
  for (const name of ['a', 'b', 'c']) await runTwice(pool, `select $1::int as ${name}`)
  await pool.query('select $1::int as a', [1])
  await runTwice(pool, 'select $1::int as d')
  const held = (await preparedOn(pool)).map(({ statement }) => statement.slice(-1))
  expect(held.toSorted()).toEqual(['a', 'c', 'd'])
  expect((await pool.query('select $1::int as b', [5])).rows).toEqual([{ b: 5 }])
})

test('one whose columns a migration has changed is prepared anew, and nobody notices', async () => {
  const pool = poolOn(url, { max: 1 })
  await pool.query('create table shelf (id int)')
  await pool.query('insert into shelf values (1)')
  await runTwice(pool, 'select * from shelf where id = $1')
  await pool.query(`alter table shelf add column room text default 'hall'`)
  const { rows, fields } = await pool.query('select * from shelf where id = $1', [1])
  expect(rows).toEqual([{ id: 1, room: 'hall' }])
  expect(fields.map(({ name }) => name)).toEqual(['id', 'room'])
  await pool.query('alter table shelf rename column room to place')
  expect((await pool.query('select * from shelf where id = $1', [1])).rows).toEqual([{ id: 1, place: 'hall' }])
})

test('in a transaction the migration is noticed once, since the transaction is lost, and not again', async () => {
  const pool = poolOn(url, { max: 1 })
  await pool.query('create table crate (id int)')
  await runTwice(pool, 'select * from crate where id = $1')
  await poolOn(url).query('alter table crate add column weight int')
  const client = await pool.connect()
  await client.query('begin')
  expect(await failureOf(client.query('select * from crate where id = $1', [1]))).toMatchObject({ code: '0A000' })
  await client.query('rollback')
  expect((await client.query('select * from crate where id = $1', [1])).rows).toEqual([])
  client.release()
})

test('one that the server has dropped is prepared anew', async () => {
  const pool = poolOn(url, { max: 1 })
  await runTwice(pool, 'select $1::int as n')
  const [held] = await preparedOn(pool)
  await pool.query(`deallocate ${held?.name}`)
  expect((await pool.query('select $1::int as n', [7])).rows).toEqual([{ n: 7 }])
  await pool.query('deallocate all')
  expect((await pool.query('select $1::int as n', [8])).rows).toEqual([{ n: 8 }])
})

test('one that fails at its first prepared run is run again without trouble', async () => {
  const pool = poolOn(url, { max: 1 })
  await pool.query('create table badge (id int primary key)')
  await pool.query('insert into badge values ($1)', [1])
  expect(await failureOf(pool.query('insert into badge values ($1)', [1]))).toMatchObject({ code: '23505' })
  await pool.query('insert into badge values ($1)', [2])
  await pool.query('insert into badge values ($1)', [3])
  expect((await pool.query('select count(*)::int as n from badge')).rows).toEqual([{ n: 3 }])
})

test('what Kysely has built is prepared, with parameters or without, and raw text without parameters is not', async () => {
  const database = createDatabase<{ pg_class: { relname: string } }>({ connectionString: url, max: 1 })
  onTestFinished(() => database.destroy())
  for (let n = 0; n < 2; n++) {
    await database.selectFrom('pg_class').select('relname').where('relname', '=', 'pg_class').execute()
    await database.selectFrom('pg_class').select('relname').limit(1).execute()
    await sql`select 1`.execute(database)
    await database.transaction().execute((trx) => trx.selectFrom('pg_class').select('relname').execute())
  }
  expect(await preparedOn(database.pool)).toHaveLength(3)
})

test('values of all kinds arrive as they do in pg', async () => {
  const pool = poolOn(url, { max: 1 })
  const text =
    'select $1::text as t, $2::bytea as b, $3::jsonb as j, $4::int[] as a, $5::timestamptz as d, $6::int as n'
  const date = new Date('2026-01-01T00:00:00Z')
  const values = ['Grüße 🚢', Buffer.from([0, 255]), { deep: ['x'] }, [1, 2], date, null]
  for (let n = 0; n < 3; n++) {
    const { rows } = await pool.query(text, values)
    expect(rows).toEqual([{ t: 'Grüße 🚢', b: Buffer.from([0, 255]), j: { deep: ['x'] }, a: [1, 2], d: date, n: null }])
  }
})
