import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import bodyParser from '@koa/bodyparser'
import { serve, type ServerType } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { validator } from 'hono/validator'
import Koa from 'koa'
import { guard as expressGuard } from '../src/express.ts'
import { guard as fastifyGuard, guardHook } from '../src/fastify.ts'
import { guard as honoGuard } from '../src/hono.ts'
import { guard as koaGuard } from '../src/koa.ts'
import { middleware, protect } from '../src/node.ts'
import { chunks, secret, silence, type Framework, type Running, type Setup } from './framework.ts'

/** Listens on a free port of the loopback address. */
export async function listen(server: Server): Promise<Running> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function parsed(request: AsyncIterable<Buffer>): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return JSON.parse(Buffer.concat(parts).toString())
}

type NodeRoute = (request: Parameters<RequestListener>[0], response: Parameters<RequestListener>[1]) => unknown

/** The routes on bare node:http. */
export function nodeRoutes(routeGuards: Setup['routeGuards'] = [], options: Setup['options'] = {}): NodeRoute {
  const again = middleware(routeGuards, options)
  const routes: Record<string, NodeRoute> = {
    '/ok': (_, response) => response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2 }).end('ok'),
    '/own': (_, response) => response.writeHead(200, { 'X-Constant': 'own' }).end('own'),
    '/cookies': (_, response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end('cookies'),
    '/json': (_, response) => (response.setHeader('content-type', 'application/json'), response.end('{"a":1}')),
    '/empty': (_, response) => response.writeHead(204).end(),
    '/unchanged': (_, response) => response.writeHead(304, { etag: '"1"' }).end(),
    '/redirect': (_, response) => response.writeHead(302, { location: '/ok' }).end(),
    '/throw': () => {
      throw new Error(secret)
    },
    '/reject': () => Promise.reject(new Error(secret)),
    '/stream': (_, response) => void Readable.from(chunks()).pipe(response),
    '/hang': (_, response) => void Readable.from(silence()).pipe(response),
    '/echo': async (request, response) => {
      Object.assign(request, { body: await parsed(request) })
      again(request, response, () => response.end(JSON.stringify((request as { body?: unknown }).body)))
    },
  }
  return (request, response) => {
    const path = (request.url ?? '').replace(/^http:\/\/[^/]*/, '').split('?')[0] ?? ''
    const route = routes[path]
    return route === undefined ? response.writeHead(404).end('none') : route(request, response)
  }
}

const node: Framework = {
  name: 'node:http',
  start: ({ guards, routeGuards, options }) =>
    listen(createServer(protect(guards, nodeRoutes(routeGuards, options), options))),
}

const onExpress: Framework = {
  name: 'Express',
  start: ({ guards, routeGuards = [], options }) => {
    const app = express()
    app.set('env', 'test')
    app.use(expressGuard(guards, options))
    app.get('/ok', (_, response) => void response.type('text/plain').send('ok'))
    app.get('/own', (_, response) => void response.set('X-Constant', 'own').send('own'))
    app.get('/cookies', (_, response) => void response.append('set-cookie', ['a=1', 'b=2']).send('cookies'))
    app.get('/json', (_, response) => void response.json({ a: 1 }))
    app.get('/empty', (_, response) => void response.status(204).end())
    app.get('/unchanged', (_, response) => void response.status(304).set('etag', '"1"').end())
    app.get('/redirect', (_, response) => response.redirect('/ok'))
    app.get('/throw', () => {
      throw new Error(secret)
    })
    app.get('/reject', () => Promise.reject(new Error(secret)))
    app.get('/stream', (_, response) => void Readable.from(chunks()).pipe(response))
    app.get('/hang', (_, response) => void Readable.from(silence()).pipe(response))
    app.post(
      '/echo',
      express.json(),
      expressGuard(routeGuards, options),
      (request, response) => void response.json(request.body),
    )
    app.use(
      ((_error, _request, response, _next) => void response.status(500).send('failed')) as express.ErrorRequestHandler,
    )
    return listen(createServer(app))
  },
}

const onFastify: Framework = {
  name: 'Fastify',
  start: async ({ guards, routeGuards = [], options }) => {
    const app = fastify()
    await app.register(fastifyGuard(guards, options))
    app.setErrorHandler((_error, _request, reply) => reply.code(500).send('failed'))
    app.get('/ok', (_, reply) => reply.type('text/plain').send('ok'))
    app.get('/own', (_, reply) => reply.header('X-Constant', 'own').send('own'))
    app.get('/cookies', (_, reply) => reply.header('set-cookie', ['a=1', 'b=2']).send('cookies'))
    app.get('/json', () => ({ a: 1 }))
    app.get('/empty', (_, reply) => reply.code(204).send())
    app.get('/unchanged', (_, reply) => reply.code(304).header('etag', '"1"').send())
    app.get('/redirect', (_, reply) => reply.redirect('/ok'))
    app.get('/throw', (_request, _reply) => {
      throw new Error(secret)
    })
    app.get('/reject', () => Promise.reject(new Error(secret)))
    app.get('/stream', (_, reply) => reply.send(Readable.from(chunks())))
    app.get('/hang', (_, reply) => reply.send(Readable.from(silence())))
    app.post('/echo', { preHandler: guardHook(routeGuards, options) }, (request) => request.body)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return {
      port: (app.server.address() as AddressInfo).port,
      close: async () => {
        app.server.closeAllConnections()
        await app.close()
      },
    }
  },
}

const onKoa: Framework = {
  name: 'Koa',
  start: ({ guards, routeGuards = [], options }) => {
    const app = new Koa()
    app.silent = true
    app.use(koaGuard(guards, options))
    app.use(bodyParser())
    const again = koaGuard(routeGuards, options)
    const routes: Record<string, (context: Koa.Context) => unknown> = {
      '/ok': (context) => (context.body = 'ok'),
      '/own': (context) => (context.set('X-Constant', 'own'), (context.body = 'own')),
      '/cookies': (context) => (context.set('set-cookie', ['a=1', 'b=2']), (context.body = 'cookies')),
      '/json': (context) => (context.body = { a: 1 }),
      '/empty': (context) => (context.status = 204),
      '/unchanged': (context) => ((context.status = 304), context.set('etag', '"1"')),
      '/redirect': (context) => context.redirect('/ok'),
      '/throw': () => {
        throw new Error(secret)
      },
      '/reject': () => Promise.reject(new Error(secret)),
      '/stream': (context) => (context.body = Readable.from(chunks())),
      '/hang': (context) => (context.body = Readable.from(silence())),
      '/echo': (context) =>
        again(context, () => Promise.resolve((context.body = (context.request as { body?: unknown }).body))),
    }
    app.use(async (context) => void (await routes[context.path]?.(context)))
    const listener = app.callback()
    return listen(createServer((request, response) => void listener(request, response)))
  },
}

const onHono: Framework = {
  name: 'Hono',
  start: async ({ guards, routeGuards = [], options }) => {
    const app = new Hono()
    app.use(honoGuard(guards, options))
    app.onError((_error, c) => c.text('failed', 500))
    app.get('/ok', (c) => c.text('ok'))
    app.get('/own', (c) => c.text('own', 200, { 'X-Constant': 'own' }))
    app.get('/cookies', (c) => c.text('cookies', 200, { 'set-cookie': ['a=1', 'b=2'] }))
    app.get('/json', (c) => c.json({ a: 1 }))
    app.get('/empty', (c) => c.body(null, 204))
    app.get('/unchanged', (c) => c.body(null, 304, { etag: '"1"' }))
    app.get('/redirect', (c) => c.redirect('/ok'))
    app.get('/throw', () => {
      throw new Error(secret)
    })
    app.get('/reject', () => Promise.reject(new Error(secret)))
    app.get('/stream', (c) => stream(c, (out) => out.pipe(Readable.toWeb(Readable.from(chunks())) as ReadableStream)))
    app.get('/hang', (c) => stream(c, (out) => out.pipe(Readable.toWeb(Readable.from(silence())) as ReadableStream)))
    app.post(
      '/echo',
      validator('json', (value) => value as object),
      honoGuard(routeGuards, options),
      (c) => c.json(c.req.valid('json')),
    )
    const server: ServerType = await new Promise((resolve) => {
      const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made))
    })
    return {
      port: (server.address() as AddressInfo).port,
      close: async () => {
        ;(server as Server).closeAllConnections()
        server.close()
        await once(server, 'close')
      },
    }
  },
}

/** All five, for suites that run once on each. */
export const frameworks: readonly Framework[] = [node, onExpress, onFastify, onKoa, onHono]
