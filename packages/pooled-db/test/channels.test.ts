import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabase, type AcquireMessage, type QueryMessage } from '../src/index.ts'
import { failureOf, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()
const queries = tracingChannel<unknown, QueryMessage>('seawall:pooled-db:query')

function recordQueries(): [string, QueryMessage][] {
  const events: [string, QueryMessage][] = []
  const record = (event: string) => (message: unknown) => void events.push([event, { ...(message as QueryMessage) }])
  const subscribers = {
    start: record('start'),
    end: record('end'),
    asyncStart: record('asyncStart'),
    asyncEnd: record('asyncEnd'),
    error: record('error'),
  }
  queries.subscribe(subscribers)
  onTestFinished(() => queries.unsubscribe(subscribers))
  return events
}

function recordAcquisitions(): AcquireMessage[] {
  const messages: AcquireMessage[] = []
  const record = (message: unknown): void => void messages.push(message as AcquireMessage)
  subscribe('seawall:pooled-db:acquire', record)
  onTestFinished(() => void unsubscribe('seawall:pooled-db:acquire', record))
  return messages
}

test('the query channel tells the statement, its rows and its time, and never parameters or rows', async () => {
  const events = recordQueries()
  await poolOn(url).query('select $1::text as word', ['s3cret'])
  expect(events.map(([event]) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  expect(events[0]?.[1]).toEqual({ sql: 'select $1::text as word' })
  expect(events[3]?.[1]).toEqual({ sql: 'select $1::text as word', rowCount: 1, durationMs: expect.any(Number) })
  expect(JSON.stringify(events)).not.toContain('s3cret')
})

test('the query channel tells a failure by name and code, and not in the words of the server', async () => {
  const events = recordQueries()
  const error = await failureOf(poolOn(url).query('select $1::int', ['s3cret']))
  expect(error.message).toContain('s3cret')
  expect(events.map(([event]) => event)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
  expect(events[4]?.[1].error).toEqual({ name: 'DatabaseError', code: '22P02' })
  expect(JSON.stringify(events)).not.toContain('s3cret')
})

test('a subscriber of the query channel sees the context of the caller at every event, also through Kysely', async () => {
  const database = createDatabase<Record<string, never>>({ connectionString: url, max: 1 })
  onTestFinished(() => database.destroy())
  const requests = new AsyncLocalStorage<{ statements: number }>()
  const count = (): void => {
    const request = requests.getStore()
    if (request) request.statements++
  }
  const seen: unknown[] = []
  const settle = (): void => void seen.push(requests.getStore())
  const subscribers = { start: count, asyncEnd: settle, end() {}, asyncStart() {}, error() {} }
  queries.subscribe(subscribers)
  onTestFinished(() => queries.unsubscribe(subscribers))
  const handle = (statements: number) => {
    const request = { statements: 0 }
    return requests.run(request, async () => {
      for (let n = 0; n < statements; n++) await database.selectNoFrom((eb) => eb.lit(1).as('one')).execute()
      return request.statements
    })
  }
  expect(await Promise.all([handle(1), handle(2), handle(5)])).toEqual([1, 2, 5])
  expect(seen).not.toContain(undefined)
  expect(seen).toHaveLength(8)
})

test('the acquire channel tells how long a caller has waited and what the pool had', async () => {
  const messages = recordAcquisitions()
  const pool = poolOn(url, { max: 1 })
  const borrowed = await pool.connect()
  const waiting = pool.query('select 1')
  borrowed.release()
  await waiting
  expect(messages).toEqual([
    { waitMs: expect.any(Number), total: 1, idle: 0, waiting: 0 },
    { waitMs: expect.any(Number), total: 1, idle: 0, waiting: 0 },
  ])
})

test('the acquire channel tells why a caller got no connection', async () => {
  const messages = recordAcquisitions()
  const pool = poolOn(url, { max: 1, maxWaiting: 0 })
  const borrowed = await pool.connect()
  await failureOf(pool.query('select 1'))
  borrowed.release()
  expect(messages[1]).toMatchObject({ error: { name: 'PoolFullError', code: 'ERR_POOL_FULL' } })
})
