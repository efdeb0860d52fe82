import { once } from 'node:events'
import { createServer, request, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Guard } from '@seawall/guard'
import { getRequestListener } from '@hono/node-server'
import { guard } from '@seawall/guard/express'
import { guard as guardFastify } from '@seawall/guard/fastify'
import { guard as guardHono } from '@seawall/guard/hono'
import { guard as guardKoa } from '@seawall/guard/koa'
import { protect } from '@seawall/guard/node'
import express, { type ErrorRequestHandler } from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { Redis } from 'ioredis'
import Koa from 'koa'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { memoryStore, rateLimit } from '../src/index.ts'
import { redisStore } from '../src/redis.ts'

let server: Server

afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
})

async function listen(listener: RequestListener): Promise<void> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function send(method: string, body?: string, type = 'application/json', path = '/login'): Promise<Answer> {
  const { port } = server.address() as AddressInfo
  const headers = body === undefined ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }
  const sent = request({ port, host: '127.0.0.1', method, path, headers }).end(body)
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

const problem =
  '{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","title":"Too Many Requests","status":429,"detail":"Rate limit exceeded. Retry in 60 seconds.","violated-policies":["login-ip"]}'

const problemType = 'application/problem+json'

function byAddress(): Guard {
  return rateLimit({ name: 'login-ip', key: 'ip', rate: '5/m', store: memoryStore({ now: () => 0 }) })
}

function byAccount(): Guard {
  return rateLimit({ name: 'login-user', key: 'post:username', rate: '5/m', store: memoryStore({ now: () => 0 }) })
}

function onNode(limit: Guard): Promise<void> {
  return listen(protect([limit], (_, response) => response.end('welcome')))
}

function onExpress(limit: Guard): Promise<void> {
  const app = express()
  app.use(guard([limit]))
  app.all('/login', (_, response) => void response.send('welcome'))
  return listen(app)
}

async function onFastify(limit: Guard): Promise<void> {
  const app = Fastify()
  await app.register(guardFastify([limit]))
  app.all('/login', async () => 'welcome')
  await app.ready()
  await listen((incoming, response) => app.routing(incoming, response))
}

function onKoa(limit: Guard): Promise<void> {
  const app = new Koa()
  app.use(guardKoa([limit]))
  app.use((context) => void (context.body = 'welcome'))
  return listen((incoming, response) => void app.callback()(incoming, response))
}

function onHono(limit: Guard): Promise<void> {
  const app = new Hono()
  app.use(guardHono([limit]))
  app.all('/login', (context) => context.text('welcome'))
  const handle = getRequestListener(app.fetch)
  return listen((incoming, response) => void handle(incoming, response))
}

describe.each([
  ['node:http', onNode],
  ['Express', onExpress],
  ['Fastify', onFastify],
  ['Koa', onKoa],
  ['Hono', onHono],
])('on %s', (_, mount) => {
  it('the sixth login in a minute is answered 429, with all that a client needs to know', async () => {
    await mount(byAddress())
    for (let left = 4; left >= 0; left--) {
      const { status, headers, body } = await send('POST', '{}')
      expect({ status, body }).toEqual({ status: 200, body: 'welcome' })
      expect(headers).toMatchObject({
        'ratelimit-policy': '"login-ip";q=5;w=60',
        ratelimit: `"login-ip";r=${left};t=60`,
      })
      expect(headers).not.toHaveProperty('retry-after')
      expect(headers).not.toHaveProperty('cache-control')
    }
    const { status, headers, body } = await send('POST', '{}')
    expect({ status, body }).toEqual({ status: 429, body: problem })
    expect(headers).toMatchObject({
      'content-type': problemType,
      'content-length': String(Buffer.byteLength(problem)),
      'cache-control': 'no-store',
      'retry-after': '60',
      'ratelimit-policy': '"login-ip";q=5;w=60',
      ratelimit: '"login-ip";r=0;t=60',
    })
  })

  it('a refused HEAD has the same headers and no body', async () => {
    await mount(byAddress())
    for (let index = 0; index < 5; index++) await send('HEAD')
    const { status, headers, body } = await send('HEAD')
    expect({ status, body }).toEqual({ status: 429, body: '' })
    expect(headers).toMatchObject({ 'retry-after': '60', 'content-type': problemType })
  })

  it('a limit in Redis decides before the handler runs', async () => {
    const redis = new Redis(inject('redisUrl'))
    try {
      const store = redisStore(redis, { prefix: randomUUID(), deadlineMs: 5_000 })
      await mount(rateLimit({ key: 'ip', rate: '5/m', store }))
      const answers = await Promise.all(Array.from({ length: 20 }, () => send('POST', '{}')))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
    } finally {
      redis.disconnect()
    }
  })
})

describe('a limit by a field of the body, on Express', () => {
  const form = 'application/x-www-form-urlencoded'

  function login(): express.Express {
    const app = express()
    app.post('/login', express.json(), express.urlencoded(), guard([byAccount()]), (_, response) => {
      response.send('welcome')
    })
    return app
  }

  it('counts one account over JSON and forms and all spellings, and no other', async () => {
    await listen(login())
    const bodies = [
      ['{"username":"ann"}'],
      ['{"username":" ANN "}'],
      ['{"username":"ａｎｎ"}'],
      ['username=ann', form],
      ['username=%41nn&x=1', form],
    ] as const
    for (const [body, type] of bodies) expect((await send('POST', body, type)).status).toBe(200)
    expect((await send('POST', '{"username":"ann"}')).status).toBe(429)
    expect((await send('POST', 'username=ann', form)).status).toBe(429)
    expect((await send('POST', '{"username":"bob"}')).status).toBe(200)
  })

  it('shows the client nothing of an account', async () => {
    await listen(login())
    for (let index = 0; index < 5; index++) {
      expect((await send('POST', '{"username":"ann"}')).headers).not.toHaveProperty('ratelimit')
    }
    const { status, headers, body } = await send('POST', '{"username":"ann"}')
    expect(status).toBe(429)
    expect(headers).not.toHaveProperty('ratelimit')
    expect(headers).toHaveProperty('retry-after', '60')
    expect(body).not.toContain('login-user')
  })

  it.each(['{"username":["ann"]}', '{"username":{"a":1}}', '{}', '[]', undefined])(
    'counts %s, which names no account, by address',
    async (body) => {
      await listen(login())
      for (let index = 0; index < 5; index++) expect((await send('POST', body)).status).toBe(200)
      expect((await send('POST', body)).status).toBe(429)
      expect((await send('POST', '{"username":"ann"}')).status).toBe(200)
    },
  )

  it('counts a repeated form field, which names no account, by address', async () => {
    await listen(login())
    for (let index = 0; index < 5; index++) await send('POST', 'username=ann&username=bob', form)
    expect((await send('POST', 'username=ann&username=bob', form)).status).toBe(429)
    expect((await send('POST', 'username=ann', form)).status).toBe(200)
  })

  it('before the body parser is an error that says so', async () => {
    const errors: Error[] = []
    const app = express()
    const onError: ErrorRequestHandler = (error: Error, _request, response, _next) => {
      errors.push(error)
      response.status(500).end()
    }
    app.post('/login', guard([byAccount()]), express.json(), (_, response) => void response.send('welcome'))
    app.use(onError)
    await listen(app)
    expect((await send('POST', '{"username":"ann"}')).status).toBe(500)
    expect(errors.map((error) => error.message)).toEqual([
      "Cannot limit by 'post:username' as the body of the request is not parsed: mount this limit after a parser for application/json",
    ])
    expect((await send('POST')).status).toBe(200)
  })
})
