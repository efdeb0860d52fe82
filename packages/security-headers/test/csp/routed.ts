import { createServer, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Guard } from '@seawall/guard'
import { guard as expressGuard } from '@seawall/guard/express'
import { guard as fastifyGuard, guardHook } from '@seawall/guard/fastify'
import { guard as honoGuard } from '@seawall/guard/hono'
import { guard as koaGuard } from '@seawall/guard/koa'
import { protect } from '@seawall/guard/node'
import express, { type NextFunction, type Request, type Response } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import type { Page } from '../frameworks.ts'

/** What an application is made of: guards for all of it, guards for `/`, and its page, which `/other` shows too. */
export interface Routed {
  readonly all: readonly Guard[]
  readonly route: readonly Guard[]
  readonly page?: Page
}

/** One application per framework in which `/` has guards of its own. */
export const routedFrameworks: Record<string, (parts: Routed) => Server | Promise<Server>> = {
  'node:http': ({ all, route, page = () => 'ok' }) => {
    const quiet = { onError: () => undefined }
    const show = protect(route, (request, response) => response.end(page(request)), quiet)
    return createServer(
      protect(
        all,
        (request, response) => (request.url === '/' ? show(request, response) : response.end(page(request))),
        quiet,
      ),
    )
  },
  express: ({ all, route, page = () => 'ok' }) => {
    const app = express().use(expressGuard(all))
    app.get('/', expressGuard(route), (request, response) => void response.send(page(request)))
    app.get('/other', (request, response) => void response.send(page(request)))
    app.use(
      (_error: unknown, _request: Request, response: Response, _next: NextFunction) =>
        void response.status(500).send('broken'),
    )
    return createServer(app)
  },
  fastify: async ({ all, route, page = () => 'ok' }) => {
    const app = fastify()
    await app.register(fastifyGuard(all))
    app.get('/', { onRequest: guardHook(route) }, (request) => page(request))
    app.get('/other', (request) => page(request))
    await app.ready()
    return app.server
  },
  koa: ({ all, route, page = () => 'ok' }) => {
    const app = new Koa()
    app.silent = true
    app.use(koaGuard(all))
    const own = koaGuard(route)
    app.use((context, next) => (context.path === '/' ? own(context, next) : next()))
    app.use((context) => {
      context.body = page(context)
    })
    const handle = app.callback()
    return createServer((request, response) => void handle(request, response))
  },
  hono: ({ all, route, page = () => 'ok' }) => {
    const app = new Hono()
    app.use(honoGuard(all))
    app.get('/', honoGuard(route), (context) => context.text(page(context)))
    app.get('/other', (context) => context.text(page(context)))
    app.onError((_error, context) => context.text('broken', 500))
    return createAdaptorServer({ fetch: app.fetch }) as Server
  },
}
