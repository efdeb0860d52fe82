import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { BorrowerMessage, ConnectMessage, RetireMessage } from '../src/index.ts'
import { failureOf, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()

function messagesOf<T>(name: string): T[] {
  const messages: T[] = []
  const note = (message: unknown): void => void messages.push(message as T)
  subscribe(`seawall:pooled-db:${name}`, note)
  onTestFinished(() => void unsubscribe(`seawall:pooled-db:${name}`, note))
  return messages
}

test('a borrower that keeps a connection for too long is told once, with the place where he got it', async () => {
  const leaks = messagesOf<BorrowerMessage>('leak')
  const pool = poolOn(url, { leakAfterMs: 30 })
  const leaked = await pool.connect()
  await vi.waitFor(() => expect(leaks).toHaveLength(1))
  expect(leaks[0]).toMatchObject({ processID: leaked.processID })
  expect(leaks[0]?.durationMs).toBeGreaterThanOrEqual(30)
  expect(leaks[0]?.stack).toContain('borrower-watch.test')
  const second = await pool.connect()
  await vi.waitFor(() => expect(leaks).toHaveLength(2))
  expect(leaks.map(({ processID }) => processID)).toEqual([leaked.processID, second.processID])
  expect(leaks[1]?.stack).toContain('borrower-watch.test')
  expect(pool.stats().leaks).toBe(2)
  leaked.release()
  second.release()
})

test('a statement of the pool that takes long is no leak', async () => {
  const leaks = messagesOf<BorrowerMessage>('leak')
  const pool = poolOn(url, { leakAfterMs: 20 })
  await pool.query('select pg_sleep(0.2)')
  expect(leaks).toEqual([])
})

test('a transaction that is open for too long is told, and many short ones of one borrower are not', async () => {
  const told = messagesOf<BorrowerMessage>('long-transaction')
  const pool = poolOn(url, { longTransactionMs: 100 })
  const client = await pool.connect()
  const endsAt = performance.now() + 400
  while (performance.now() < endsAt) {
    await client.query('begin')
    await client.query('select pg_sleep(0.01)')
    await client.query('commit')
  }
  expect(told).toEqual([])
  await client.query('begin')
  await vi.waitFor(() => expect(told).toHaveLength(1))
  expect(told[0]).toMatchObject({ processID: client.processID })
  await client.query('rollback')
  client.release()
  expect(pool.stats().longTransactions).toBe(1)
})

test('connections are told when they are opened, and when and why they leave', async () => {
  const opened = messagesOf<ConnectMessage>('connect')
  const retired = messagesOf<RetireMessage>('retire')
  const pool = poolOn(url, { max: 1 })
  const client = await pool.connect()
  const { processID } = client
  client.release(true)
  expect(opened).toEqual([{ processID, durationMs: expect.any(Number) }])
  expect(retired).toEqual([{ processID, reason: 'asked', ageMs: expect.any(Number) }])
  const lost = await pool.connect()
  await failureOf(lost.query('select pg_terminate_backend(pg_backend_pid())'))
  lost.release()
  expect(retired[1]).toMatchObject({ reason: 'lost', error: { code: '57P01' } })
  const wrong = poolOn(url.replace(/[^/]*$/, 'nowhere'))
  await failureOf(wrong.query('select 1'))
  expect(opened.at(-1)).toMatchObject({ error: { name: 'DatabaseError', code: '3D000' } })
})

test('a listener for errors hears of idle connections that are lost', async () => {
  const pool = poolOn(url, { max: 1 })
  const heard: Error[] = []
  pool.on('error', (error) => heard.push(error))
  const client = await pool.connect()
  const { processID } = client
  client.release()
  await poolOn(url).query('select pg_terminate_backend($1)', [processID])
  await vi.waitFor(() => expect(heard).toMatchObject([{ code: '57P01' }]))
})
