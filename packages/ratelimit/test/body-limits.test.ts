import type { Server } from 'node:http'
import { guard } from '@seawall/guard/express'
import express, { type ErrorRequestHandler } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { memoryStore, rateLimit } from '../src/index.ts'
import { close, listen, send, type Sent } from './mounts.ts'

const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }

let server: Server

afterEach(() => close(server))

function byAccount() {
  return rateLimit({ name: 'login-user', key: 'post:username', rate: '5/m', store: memoryStore({ now: () => 0 }) })
}

async function login(): Promise<void> {
  const app = express()
  app.post('/books/1', express.json(), express.urlencoded(), guard([byAccount()]), (_, response) => {
    response.send('welcome')
  })
  server = await listen(app)
}

describe('a limit by a field of the body, on Express', () => {
  it('counts one account over JSON and forms and all spellings, and no other', async () => {
    await login()
    const logins: Sent[] = [
      { body: { username: 'ann' } },
      { body: { username: ' ANN ' } },
      { body: { username: 'ａｎｎ' } },
      { text: 'username=ann', ...form },
      { text: 'username=%41nn&x=1', ...form },
    ]
    for (const sent of logins) expect((await send(server, sent)).status).toBe(200)
    expect((await send(server, { body: { username: 'ann' } })).status).toBe(429)
    expect((await send(server, { text: 'username=ann', ...form })).status).toBe(429)
    expect((await send(server, { body: { username: 'bob' } })).status).toBe(200)
  })

  it('shows the client nothing of an account', async () => {
    await login()
    const sent = { body: { username: 'ann' } }
    for (let index = 0; index < 5; index++) expect((await send(server, sent)).headers).not.toHaveProperty('ratelimit')
    const { status, headers, body } = await send(server, sent)
    expect(status).toBe(429)
    expect(headers).not.toHaveProperty('ratelimit')
    expect(headers).toHaveProperty('retry-after', '60')
    expect(body).not.toContain('login-user')
  })

  it.each<Sent>([
    { body: { username: ['ann'] } },
    { body: { username: { a: 1 } } },
    { body: {} },
    { body: [] },
    {},
    { text: 'username=ann&username=bob', ...form },
    { text: 'ann', headers: { 'content-type': 'text/plain' } },
  ])('counts %j, which names no account, by address', async (sent) => {
    await login()
    for (let index = 0; index < 5; index++) expect((await send(server, sent)).status).toBe(200)
    expect((await send(server, sent)).status).toBe(429)
    expect((await send(server, { body: { username: 'ann' } })).status).toBe(200)
  })

  it('before the body parser is an error that says so, and how to mend it', async () => {
    const errors: Error[] = []
    const app = express()
    const onError: ErrorRequestHandler = (error: Error, _request, response, _next) => {
      errors.push(error)
      response.status(500).end()
    }
    app.post('/books/1', guard([byAccount()]), express.json(), (_, response) => void response.send('welcome'))
    app.use(onError)
    server = await listen(app)
    expect((await send(server, { body: { username: 'ann' } })).status).toBe(500)
    expect(errors.map((error) => error.message)).toEqual([
      "Cannot limit by 'post:username' as the body of the request is not parsed: mount this limit after a parser for application/json, in Fastify as a preHandler",
    ])
    expect((await send(server)).status).toBe(200)
  })
})
