import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer, createServer as createHttp2 } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import type { INestApplication } from '@nestjs/common'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { expectTypeOf, test } from 'vitest'
import { guard as expressGuard } from '../src/express.ts'
import { guard as fastifyGuard, guardHook } from '../src/fastify.ts'
import { guard as honoGuard } from '../src/hono.ts'
import type { Exchange, Guard, GuardOptions, Reply } from '../src/index.ts'
import { guard as koaGuard } from '../src/koa.ts'
import { attach, middleware, protect } from '../src/node.ts'

const guards: Guard[] = []

test('Express takes the door globally, on a path and on a route', () => {
  const app = express()
  app.use(expressGuard(guards))
  app.use('/api', expressGuard(guards, { trustedProxies: ['10.0.0.0/8'] }))
  app.post('/login', express.json(), expressGuard(guards), (_request, response) => void response.send('ok'))
  express.Router().use(expressGuard(guards))
})

test('Fastify takes the plugin, and the hook on a route', async () => {
  const app = fastify()
  await app.register(fastifyGuard(guards))
  app.register(fastifyGuard(guards, { trustedProxies: 1 }))
  app.addHook('onRequest', guardHook(guards))
  app.addHook('preHandler', guardHook(guards))
  app.post('/login', { preHandler: guardHook(guards) }, () => 'ok')
  app.post('/login', { onRequest: [guardHook(guards)], preHandler: [guardHook(guards)] }, () => 'ok')
  attach(app.server, guards)
})

test('Koa takes the door', () => {
  const app = new Koa()
  app.use(koaGuard(guards))
})

test('Hono takes the door globally and on a route, with any environment', () => {
  const app = new Hono<{ Bindings: { token: string }; Variables: { user: string } }>()
  app.use(honoGuard(guards))
  app.use('/api/*', honoGuard(guards, { peerAddress: (context) => context.req.raw.headers.get('x') ?? undefined }))
  app.post('/login', honoGuard(guards), (c) => c.text(c.var.user))
})

test('Nest takes the middleware', () => {
  expectTypeOf<INestApplication['use']>().toBeCallableWith(middleware(guards))
})

test("Node's servers take what protect makes, and attach takes them", () => {
  const listener = (request: IncomingMessage, response: ServerResponse): void => void response.end(request.url)
  createHttp(protect(guards, listener))
  createHttps({}, protect(guards, listener))
  createHttp2(protect(guards, listener))
  createSecureServer({}, protect(guards, listener))
  protect(guards, async (_request, response) => Promise.resolve(response.end()))
  const server = createHttp()
  expectTypeOf(attach(server, guards)).toEqualTypeOf(server)
  const server2 = createHttp2()
  expectTypeOf(attach(server2, guards)).toEqualTypeOf(server2)
  attach(createHttps(), guards)
  attach(createSecureServer({}), guards)
})

test('a guard is what it says', () => {
  const sync: Guard = { name: 'a', onRequest: () => undefined }
  const later: Guard = { name: 'a', onRequest: async () => ({ status: 403, headers: { 'set-cookie': ['a', 'b'] } }) }
  expressGuard([sync, later])
  expectTypeOf<Exchange['body']>().toBeUnknown()
  expectTypeOf<Exchange['host']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<NonNullable<Guard['onRequest']>>().returns.toEqualTypeOf<
    Reply | undefined | Promise<Reply | undefined>
  >()
})

test('wrong use does not compile', () => {
  // @ts-expect-error a guard has a name
  expressGuard([{}])
  // @ts-expect-error guards stand in an array
  koaGuard({ name: 'a' })
  // @ts-expect-error a moment that does not exist
  expressGuard([{ name: 'a', onResponse: () => {} }])
  // @ts-expect-error a reply has a status
  expressGuard([{ name: 'a', onRequest: () => ({ body: 'no' }) }])
  // @ts-expect-error a body is text or bytes
  expressGuard([{ name: 'a', onRequest: () => ({ status: 200, body: {} }) }])
  // @ts-expect-error the value of a constant header is one string
  fastifyGuard([{ name: 'a', headers: { 'x-a': 1 } }])
  // @ts-expect-error an option that does not exist
  honoGuard([], { trustProxy: true })
  // @ts-expect-error trust is never a plain yes
  honoGuard([], { trustedProxies: true })
  // @ts-expect-error only Hono's door asks for the address
  koaGuard([], { peerAddress: () => '' })
  // @ts-expect-error there are two families
  expectTypeOf<GuardOptions>({ proxyHeaders: 'both' })
  // @ts-expect-error a listener is a function
  protect([], createHttp())
  // @ts-expect-error a request is read-only
  expressGuard([{ name: 'a', onRequest: (x) => void (x.ip = '') }])
})
