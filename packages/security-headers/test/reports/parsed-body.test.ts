import { createServer, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { guard as expressGuard } from '@seawall/guard/express'
import { guardHook } from '@seawall/guard/fastify'
import { guard as honoGuard } from '@seawall/guard/hono'
import { guard as koaGuard } from '@seawall/guard/koa'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { type Report, reportCollector } from '../../src/index.ts'
import { batch, violation } from './collect.ts'

const report = JSON.stringify([violation()])

type Listener = (request: IncomingMessage, response: never) => void

async function serve(listener: Listener): Promise<(body: string) => Promise<number>> {
  const server = createServer(listener as never).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return async (body) => {
    const url = `http://127.0.0.1:${port}/reports`
    const answer = await fetch(url, { method: 'POST', body, headers: { ...batch, connection: 'close' } })
    return answer.status
  }
}

test.each([
  ['an object', express.json({ type: batch['content-type'] })],
  ['text', express.text({ type: batch['content-type'] })],
  ['bytes', express.raw({ type: batch['content-type'] })],
])('in Express a body that is parsed into %s is taken', async (_what, parser) => {
  const reports: Report[] = []
  const app = express()
  app.use(parser, expressGuard([reportCollector({ onReport: (one) => reports.push(one) })]))
  const post = await serve(app as Listener)
  expect(await post(report)).toBe(204)
  expect(await post('[1]')).toBe(400)
  expect(reports).toHaveLength(1)
})

test('in Fastify a body that is parsed before preHandler is taken', async () => {
  const reports: Report[] = []
  const app = fastify()
  app.addContentTypeParser(batch['content-type'], { parseAs: 'string' }, (_request, body, done) => done(null, body))
  const preHandler = guardHook([reportCollector({ onReport: (one) => reports.push(one) })])
  app.post('/reports', { preHandler }, () => 'not reached')
  await app.ready()
  onTestFinished(() => app.close())
  const send = (payload: string): Promise<{ statusCode: number }> =>
    app.inject({ method: 'POST', url: '/reports', headers: batch, payload })
  expect((await send(report)).statusCode).toBe(204)
  expect((await send('[1]')).statusCode).toBe(400)
  expect(reports).toHaveLength(1)
})

test('in Koa a body that a parser has left is taken', async () => {
  const reports: Report[] = []
  const app = new Koa()
  app.use(async (context, next) => {
    Object.assign(context.request, { body: JSON.parse((await buffer(context.req)).toString()) })
    await next()
  })
  app.use(koaGuard([reportCollector({ onReport: (one) => reports.push(one) })]))
  const post = await serve(app.callback() as Listener)
  expect(await post(report)).toBe(204)
  expect(await post('[1]')).toBe(400)
  expect(reports).toHaveLength(1)
})

test('a body that was read and thrown away is an error that says so', async () => {
  const app = express()
  app.use(async (request, _response, next) => {
    await buffer(request)
    next()
  })
  app.use(expressGuard([reportCollector()]))
  const messages: string[] = []
  app.use((error: Error, _request: unknown, response: express.Response, _next: unknown) => {
    messages.push(error.message)
    response.status(500).end()
  })
  const post = await serve(app as Listener)
  expect(await post(report)).toBe(500)
  expect(messages).toEqual([
    'Cannot take reports at /reports as the body has been read and nothing is left of it: mount reportCollector earlier',
  ])
})

test('where Hono has no Node beneath, the web request is read', async () => {
  const reports: Report[] = []
  const app = new Hono()
  app.use(honoGuard([reportCollector({ maxBytes: 2000, bodyTimeoutMs: 50, onReport: (one) => reports.push(one) })]))
  const send = async (body: RequestInit['body']): Promise<number> => {
    const init = { method: 'POST', body, headers: batch, duplex: 'half' }
    return (await app.request('/reports', init as RequestInit)).status
  }
  expect(await send(report)).toBe(204)
  expect(await send('[1]')).toBe(400)
  expect(await send(null)).toBe(400)
  expect(await send('x'.repeat(2001))).toBe(413)
  expect(await send(new ReadableStream({ pull: () => new Promise(() => undefined) }))).toBe(408)
  expect(await send(new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) }))).toBe(400)
  expect(reports).toHaveLength(1)
})

test("behind Hono's body limit, reports are taken", async () => {
  const reports: Report[] = []
  const app = new Hono()
  app.use(bodyLimit({ maxSize: 100_000 }), honoGuard([reportCollector({ onReport: (one) => reports.push(one) })]))
  const answer = await app.request('/reports', { method: 'POST', body: report, headers: batch })
  expect(answer.status).toBe(204)
  expect(reports).toHaveLength(1)
})
