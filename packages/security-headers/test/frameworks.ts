import { createServer, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Guard } from '@seawall/guard'
import { guard as expressGuard } from '@seawall/guard/express'
import { guard as fastifyGuard } from '@seawall/guard/fastify'
import { guard as honoGuard } from '@seawall/guard/hono'
import { guard as koaGuard } from '@seawall/guard/koa'
import { protect } from '@seawall/guard/node'
import express, { type NextFunction, type Request, type Response } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'

/** Makes the body of `/` from the framework's own request object. */
export type Page = (request: object) => string

/** A proxy on this machine may say what the client spoke. */
const options = { trustedProxies: ['127.0.0.1'] }

/** One small application per framework: the page at `/`, an error at `/broken`, and nothing elsewhere. */
export const frameworks: Record<string, (guards: readonly Guard[], page: Page) => Server | Promise<Server>> = {
  'node:http': (guards, page) =>
    createServer(
      protect(
        guards,
        (request, response) => {
          if (request.url === '/broken') throw new Error('broken')
          response.statusCode = request.url === '/' ? 200 : 404
          response.end(request.url === '/' ? page(request) : 'nothing here')
        },
        { ...options, onError: () => undefined },
      ),
    ),
  express: (guards, page) => {
    const app = express()
    app.use(expressGuard(guards, options))
    app.get('/', (request, response) => void response.send(page(request)))
    app.get('/broken', () => {
      throw new Error('broken')
    })
    // Express's own error pages bring a policy of their own
    app.use((_request, response) => void response.status(404).send('nothing here'))
    app.use(
      (_error: unknown, _request: Request, response: Response, _next: NextFunction) =>
        void response.status(500).send('broken'),
    )
    return createServer(app)
  },
  fastify: async (guards, page) => {
    const app = fastify()
    await app.register(fastifyGuard(guards, options))
    app.get('/', (request) => page(request))
    app.get('/broken', () => {
      throw new Error('broken')
    })
    await app.ready()
    return app.server
  },
  koa: (guards, page) => {
    const app = new Koa()
    app.silent = true
    app.use(koaGuard(guards, options))
    app.use((context) => {
      if (context.path === '/broken') throw new Error('broken')
      if (context.path === '/') context.body = page(context)
    })
    const handle = app.callback()
    return createServer((request, response) => void handle(request, response))
  },
  hono: (guards, page) => {
    const app = new Hono()
    app.use(honoGuard(guards, options))
    app.get('/', (context) => context.text(page(context)))
    app.get('/broken', () => {
      throw new Error('broken')
    })
    app.onError((_error, context) => context.text('broken', 500))
    return createAdaptorServer({ fetch: app.fetch }) as Server
  },
}
