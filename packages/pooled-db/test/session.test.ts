import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Pool, PooledClient, RollbackMessage } from '../src/index.ts'
import { StatementText } from '../src/statement-text.ts'
import { failureOf, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()

/** Has a borrower do something, and the next one look. The connection must be the same. */
async function after(
  does: (client: PooledClient, pool: Pool) => Promise<unknown>,
  looks: string,
): Promise<readonly unknown[]> {
  const pool = poolOn(url, { max: 1 })
  const first = await pool.connect()
  const pid = first.processID
  await does(first, pool)
  first.release()
  const second = await pool.connect()
  expect(second.processID).toBe(pid)
  const { rows } = await second.query(looks)
  second.release()
  return rows
}

const left = {
  'a setting': ['set work_mem = 5120', `select current_setting('work_mem') = '5MB' as x`],
  'a reported setting, changed in a function': [
    `select 1 from (select set_config('TimeZone', 'Asia/Tokyo', false)) t`,
    `select current_setting('TimeZone') = 'Asia/Tokyo' as x`,
  ],
  'a role': ['set role pg_monitor', `select current_user = 'pg_monitor' as x`],
  'a temporary table': ['create temp table note (id int)', `select to_regclass('note') is not null as x`],
  'a table made by select into': ['select 1 as id into temporary memo', `select to_regclass('memo') is not null as x`],
  'an advisory lock': [
    'select pg_advisory_lock(7)',
    `select count(*) > 0 as x from pg_locks where locktype = 'advisory'`,
  ],
  'a channel': ['listen news', 'select count(*) > 0 as x from pg_listening_channels()'],
  'what a block has done': [
    `do $$ begin perform set_config('app.tenant', '1', false); end $$`,
    `select current_setting('app.tenant', true) = '1' as x`,
  ],
  'a cursor with hold': [
    'declare c cursor with hold for select 1',
    'select count(*) > 0 as x from pg_cursors where is_holdable',
  ],
  'a prepared statement': [
    'prepare plan as select 1',
    `select count(*) > 0 as x from pg_prepared_statements where name = 'plan'`,
  ],
  'the second of two statements': [
    'select 1; set statement_timeout = 5000',
    `select current_setting('statement_timeout') = '5s' as x`,
  ],
} as const

describe('the next borrower does not find', () => {
  test.each(Object.entries(left))('%s', async (_, [does, looks]) => {
    expect(await after((client) => client.query(does), looks)).toEqual([{ x: false }])
  })

  test('what was set and then rolled back with an open transaction', async () => {
    const begun = async (client: PooledClient) => {
      await client.query('begin')
      await client.query('set session work_mem = 8192')
    }
    expect(await after(begun, `select current_setting('work_mem') = '8MB' as x`)).toEqual([{ x: false }])
  })
})

test('prepared statements of the pool outlive the reset', async () => {
  const text = 'select $1::int as n'
  const used = async (client: PooledClient) => {
    await client.query(text, [1])
    await client.query(text, [1])
    await client.query('set work_mem = 4096')
  }
  expect(await after(used, 'select count(*)::int as n from pg_prepared_statements')).toEqual([{ n: 1 }])
})

describe('a session is handed on without a round trip', () => {
  test.each([
    'select 1',
    'begin; set local work_mem = 4096; commit',
    'update pg_class set relname = relname where false',
    'select pg_advisory_xact_lock(1)',
    `select set_config('app.tenant', '7', true)`,
  ])('after %s', async (text) => {
    const pool = poolOn(url, { max: 1 })
    const client = await pool.connect()
    for (const part of text.split('; ')) await client.query(part)
    client.release()
    expect(pool.stats()).toMatchObject({ total: 1, idle: 1 })
  })
})

describe('of a text it is told whether it may mark the session', () => {
  test.each([
    ['/* a */ -- b\n LISTEN x', true],
    ['create /* now */ temp table t (id int)', true],
    ['create or replace temporary view v as select 1', true],
    ['insert into reading (temp, hold) values (1, 2)', false],
    ['select pg_try_advisory_lock_shared(1)', true],
    ['select pg_advisory_unlock(1)', false],
    [`select set_config('a', 'b', true), set_config('c', 'd', false)`, true],
    ['select 1; do $$ begin end $$', true],
    [`select ';' ; call f()`, true],
  ])('%s: %s', (text, marks) => {
    expect(new StatementText(text).marksSession).toBe(marks)
  })

  test('in little time, whatever the text', () => {
    for (const text of [
      '/**/'.repeat(50_000),
      `${' '.repeat(200_000)}!`,
      '-- \n'.repeat(50_000),
      'create '.repeat(30_000),
    ]) {
      const startedAt = performance.now()
      void new StatementText(text)
      expect(performance.now() - startedAt).toBeLessThan(2000)
    }
  })
})

test('a transaction that was left open is rolled back, and told with the places where it was', async () => {
  const messages: RollbackMessage[] = []
  const note = (message: unknown): void => void messages.push(message as RollbackMessage)
  subscribe('seawall:pooled-db:rollback', note)
  onTestFinished(() => void unsubscribe('seawall:pooled-db:rollback', note))
  const pool = poolOn(url, { max: 1 })
  const forgetful = await pool.connect()
  const { processID } = forgetful
  await forgetful.query('begin')
  forgetful.release()
  await pool.query('select 1')
  expect(messages).toHaveLength(1)
  expect(messages[0]).toMatchObject({ processID, releasedAt: expect.stringContaining('session.test') })
  expect(messages[0]?.stack).toContain('session.test')
  expect(pool.stats().rolledBack).toBe(1)
})

test('a connection that is lost while it is cleaned costs the next borrower nothing', async () => {
  const pool = poolOn(url, { max: 1 })
  const admin = poolOn(url)
  const client = await pool.connect()
  await client.query('begin')
  await admin.query('select pg_terminate_backend($1)', [client.processID])
  client.release()
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  expect(await failureOf(client.query('select 1'))).toBeInstanceOf(Error)
})
