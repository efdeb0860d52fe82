import { expect, test, vi } from 'vitest'
import { QueryTimeoutError } from '../src/index.ts'
import { countRunning, failureOf, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()

test('a statement that takes too long is rejected, and stopped on the server', async () => {
  const pool = poolOn(url, { max: 1, queryTimeoutMs: 50 })
  const admin = poolOn(url)
  const error = await failureOf(pool.query('select pg_sleep(62)'))
  expect(error).toBeInstanceOf(QueryTimeoutError)
  expect(error).toMatchObject({ code: 'ERR_QUERY_TIMEOUT', status: 503, retryAfterMs: 1000, timeoutMs: 50 })
  await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(62)')).toBe(0))
})

test('the connection of a statement that took too long is not lent again', async () => {
  const pool = poolOn(url, { max: 1, queryTimeoutMs: 50 })
  const client = await pool.connect()
  const pid = client.processID
  await failureOf(client.query('select pg_sleep(63)'))
  expect(await failureOf(client.query('select 1'))).toBeInstanceOf(QueryTimeoutError)
  client.release()
  const next = await pool.connect()
  expect(next.processID).not.toBe(pid)
  next.release()
})
