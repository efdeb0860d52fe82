import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import express from 'express'
import { type Generated, sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { afterCommit, atomicRequests, createDatabase, currentDatabase, type Database } from '../src/index.ts'
import { failureOf, fileDatabase } from './fixture.ts'

interface Tables {
  purchase: { id: Generated<number>; title: string }
}

const url = await fileDatabase()
let db: Database<Tables>

const buy = (title: string) => currentDatabase(db).insertInto('purchase').values({ title }).execute()
const titles = async () =>
  (await db.selectFrom('purchase').select('title').orderBy('id').execute()).map(({ title }) => title)

beforeAll(async () => {
  const database = createDatabase<Tables>({ connectionString: url })
  await sql`create table purchase (id serial primary key, title text not null)`.execute(database)
  await database.destroy()
})

beforeEach(async () => {
  db = createDatabase<Tables>({ connectionString: url, max: 2 })
  const opened = db
  onTestFinished(() => opened.destroy())
  await sql`truncate purchase`.execute(db)
})

describe('a handler that returns its answer', () => {
  test('is one transaction, which is committed before the answer is there', async () => {
    const seen: string[][] = []
    const handler = atomicRequests(db)(async (request: Request) => {
      await buy('Emma')
      seen.push(await titles())
      await buy('Kim')
      return new Response(request.url, { status: 201 })
    })
    const response = await handler(new Request('http://shop.example/'))
    expect([response.status, seen, await titles()]).toEqual([201, [[]], ['Emma', 'Kim']])
  })

  test('is rolled back when it throws, and the error is passed on', async () => {
    const handler = atomicRequests(db)(async () => {
      await buy('Emma')
      throw new Error('no')
    })
    expect((await failureOf(handler())).message).toBe('no')
    expect(await titles()).toEqual([])
  })

  test.each([
    [500, []],
    [503, []],
    [499, ['Emma']],
    [200, ['Emma']],
  ])('with status %i leaves %j', async (status, expected) => {
    const handler = atomicRequests(db)(async () => {
      await buy('Emma')
      return new Response(null, { status })
    })
    expect((await handler()).status).toBe(status)
    expect(await titles()).toEqual(expected)
  })

  test('is judged by its own rule, where one is given', async () => {
    const isFailure = (result: unknown) => (result as { ok: boolean }).ok === false
    const handler = atomicRequests(db, { isFailure })(async (ok: boolean) => {
      await buy('Emma')
      return { ok, status: 500 }
    })
    expect([await handler(false), await titles(), await handler(true), await titles()]).toEqual([
      { ok: false, status: 500 },
      [],
      { ok: true, status: 500 },
      ['Emma'],
    ])
  })

  test('lets what it was told to do afterwards be done after the commit only', async () => {
    const sent = vi.fn<(title: string) => void>()
    const handler = atomicRequests(db)(async (title: string, status: number) => {
      await buy(title)
      await afterCommit(() => sent(title))
      return { status }
    })
    await handler('Emma', 200)
    await handler('Kim', 500)
    expect(sent.mock.calls).toEqual([['Emma']])
  })

  test('shares nothing with others that run beside it', async () => {
    const handler = atomicRequests(db)(async (title: string, status: number) => {
      await buy(title)
      return { status }
    })
    await Promise.all(Array.from({ length: 20 }, (_, n) => handler(String(n), n % 2 === 0 ? 200 : 500)))
    expect((await titles()).map(Number).toSorted((a, b) => a - b)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
  })

  test('can be read-only', async () => {
    const handler = atomicRequests(db, { readOnly: true })(() => buy('Emma'))
    expect(await failureOf(handler())).toMatchObject({ code: '25006' })
  })

  test('is not run again unless that is asked for', async () => {
    let runs = 0
    const fail = async () => (runs++, sql`do $$ begin raise sqlstate '40001'; end $$`.execute(currentDatabase(db)))
    await failureOf(atomicRequests(db)(fail)())
    expect(runs).toBe(1)
    await failureOf(atomicRequests(db, { retries: 2 })(fail)())
    expect(runs).toBe(4)
  })
})

describe('a handler that answers by what it is given', () => {
  test('is rolled back by the status of a node:http response, and serves over HTTP', async () => {
    const listen = async (handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
      const listener: RequestListener = (request, response) => void handler(request, response)
      const server = createServer(listener).listen(0, '127.0.0.1')
      onTestFinished(() => void server.close())
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    }
    const port = await listen(
      atomicRequests(db)(async (request, response) => {
        await buy(await text(request))
        response.statusCode = request.url === '/fail' ? 500 : 201
        response.end()
      }),
    )
    const post = (path: string, body: string) => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body })
    expect([(await post('/', 'Emma')).status, (await post('/fail', 'Kim')).status]).toEqual([201, 500])
    await vi.waitFor(async () => expect(await titles()).toEqual(['Emma']))
    await vi.waitFor(() => expect(db.pool.stats().active).toBe(0))
  })

  test('serves as a handler of Express, and commits or rolls back by the status of its response', async () => {
    const app = express()
    const handle = atomicRequests(db)(async (request: express.Request, response: express.Response) => {
      await buy(request.params['title'] as string)
      if (request.query['fail'] === 'throw') throw new Error('no more books')
      response.sendStatus(request.query['fail'] === 'status' ? 503 : 201)
    })
    app.post('/books/:title', handle)
    app.use(((error: Error, _request, response, _next) => {
      response.status(500).send(error.message)
    }) satisfies express.ErrorRequestHandler)
    const server = app.listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const post = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/books/${path}`, { method: 'POST' })
      return [response.status, await response.text()]
    }
    expect(await post('Kim?fail=throw')).toEqual([500, 'no more books'])
    expect(await post('Ivanhoe?fail=status')).toEqual([503, 'Service Unavailable'])
    expect(await post('Emma')).toEqual([201, 'Created'])
    await vi.waitFor(async () => expect(await titles()).toEqual(['Emma']))
    await vi.waitFor(() => expect(db.pool.stats().active).toBe(0))
  })

  test.each([
    ['as in Koa', () => ({ status: 500 })],
    ['as in Hono', () => ({ req: {}, res: { status: 500 } })],
    ['as in Express and Fastify', () => ({ statusCode: 500 })],
  ])('is rolled back by the status of its context, %s', async (_, context) => {
    const handler = atomicRequests(db)(async (_context: object, next: () => Promise<void>) => next())
    await handler(context(), async () => void (await buy('Emma')))
    expect(await titles()).toEqual([])
  })
})

test('options that do not exist, or have no sense, are refused at creation', () => {
  expect(() => atomicRequests(db, { retry: 3 } as object)).toThrow("'retry' is not an option")
  expect(() => atomicRequests(db, { retries: -1 })).toThrow("'retries' must be")
  expect(() => atomicRequests(db, { isFailure: 500 } as object)).toThrow("'isFailure' must be a function")
})
