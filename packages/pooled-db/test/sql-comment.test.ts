import { expect, test, vi } from 'vitest'
import { createPool } from '../src/index.ts'
import { fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()
const own = 'select query from pg_stat_activity where pid = pg_backend_pid()'

test('a statement carries its tags, sorted and encoded, to the server', async () => {
  const tags = { traceparent: '00-abc-01', route: "/books/:id*/ it's", empty: '', absent: undefined }
  const pool = poolOn(url, { comment: () => tags, commentSample: 1 })
  const comment = "/*route='%2Fbooks%2F%3Aid%2A%2F%20it%27s',traceparent='00-abc-01'*/"
  expect((await pool.query(own)).rows).toEqual([{ query: `${own} ${comment}` }])
  expect((await pool.query(`${own} and $1`, [true])).rows).toEqual([{ query: `${own} and $1 ${comment}` }])
})

test('a statement with tags is never a prepared one, and all others are as before', async () => {
  let isTagged = true
  const pool = poolOn(url, { max: 1, comment: () => (isTagged ? { route: '/' } : undefined), commentSample: 1 })
  const run = () => pool.query('select $1::int as n', [1])
  const count = async () => (await pool.query('select count(*)::int as n from pg_prepared_statements')).rows
  for (let n = 0; n < 5; n++) await run()
  expect(await count()).toEqual([{ n: 0 }])
  isTagged = false
  for (let n = 0; n < 5; n++) await run()
  expect(await count()).toEqual([{ n: 1 }])
})

test('a share of the statements is asked for tags', async () => {
  const comment = vi.fn<() => undefined>()
  const pool = poolOn(url, { comment, commentSample: 0.5 })
  for (let n = 0; n < 200; n++) await pool.query('select 1')
  expect(comment.mock.calls.length).toBeGreaterThan(50)
  expect(comment.mock.calls.length).toBeLessThan(150)
})

test('a statement is run without tags when making them fails', async () => {
  const comment = () => {
    throw new Error('no trace')
  }
  expect((await poolOn(url, { comment, commentSample: 1 }).query(own)).rows).toEqual([{ query: own }])
})

test('a share outside of 0 to 1 is refused', () => {
  const create = () => createPool({ connectionString: url, commentSample: 2 })
  expect(create).toThrow("'commentSample' must be a number from 0 to 1")
})
