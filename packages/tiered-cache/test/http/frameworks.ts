import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { serve } from '@hono/node-server'
import type { Guard, GuardOptions } from '@seawall/guard'
import { guard as expressGuard } from '@seawall/guard/express'
import { guard as fastifyGuard } from '@seawall/guard/fastify'
import { guard as honoGuard } from '@seawall/guard/hono'
import { guard as koaGuard } from '@seawall/guard/koa'
import { protect } from '@seawall/guard/node'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'

/** What a test's handler answers. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The body goes out in chunks. */
  readonly isStream?: boolean
}

/** A handler of any path, the same on each framework. */
export type Handler = (request: {
  url: string
  readonly header: (name: string) => string | undefined
}) => Answer | Promise<Answer>

/** A running server. */
export interface Running {
  readonly port: number
  readonly close: () => Promise<void>
}

type Start = (handler: Handler, guards: readonly Guard[], options?: GuardOptions) => Promise<Running>

const text = { 'content-type': 'text/plain; charset=utf-8' }
const chunksOf = (body: string) => Readable.from([body.slice(0, 1), body.slice(1)])
const headerOf = (headers: NodeJS.Dict<string | string[]>) => (name: string) => headers[name]?.toString()

async function listen(server: Server): Promise<Running> {
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

function send(response: ServerResponse, { status = 200, headers = {}, body = '', isStream }: Answer): void {
  response.writeHead(status, { ...text, ...headers })
  if (isStream === true) chunksOf(body).pipe(response)
  else response.end(body)
}

/** The five frameworks, each with its guards before one handler. */
export const frameworks: readonly (readonly [name: string, start: Start])[] = [
  [
    'node:http',
    (handler, guards, options) =>
      listen(
        createServer(
          protect(
            guards,
            async (request, response) => {
              send(response, await handler({ url: request.url ?? '', header: headerOf(request.headers) }))
            },
            options,
          ),
        ),
      ),
  ],
  [
    'Express',
    (handler, guards, options) => {
      const app = express()
      app.use(expressGuard(guards, options))
      app.use(async (request, response) => {
        const answer = await handler({ url: request.url, header: headerOf(request.headers) })
        response.status(answer.status ?? 200).set({ ...text, ...answer.headers })
        if (answer.isStream === true) chunksOf(answer.body ?? '').pipe(response)
        else response.send(answer.body ?? '')
      })
      return listen(createServer(app))
    },
  ],
  [
    'Fastify',
    async (handler, guards, options) => {
      const app = fastify()
      await app.register(fastifyGuard(guards, options))
      app.all('/*', async (request, reply) => {
        const answer = await handler({ url: request.url, header: headerOf(request.headers) })
        const { body = '', isStream } = answer
        return reply
          .code(answer.status ?? 200)
          .headers({ ...text, ...answer.headers })
          .send(isStream === true ? chunksOf(body) : body)
      })
      await app.listen({ port: 0, host: '127.0.0.1' })
      return {
        port: (app.server.address() as AddressInfo).port,
        close: async () => {
          app.server.closeAllConnections()
          await app.close()
        },
      }
    },
  ],
  [
    'Koa',
    (handler, guards, options) => {
      const app = new Koa()
      app.silent = true
      app.use(koaGuard(guards, options))
      app.use(async (context) => {
        const answer = await handler({ url: context.url, header: headerOf(context.headers) })
        context.status = answer.status ?? 200
        context.set({ ...text, ...answer.headers })
        context.body = answer.isStream === true ? chunksOf(answer.body ?? '') : (answer.body ?? '')
      })
      const listener = app.callback()
      return listen(createServer((request, response) => void listener(request, response)))
    },
  ],
  [
    'Hono',
    async (handler, guards, options) => {
      const app = new Hono()
      app.use(honoGuard(guards, options))
      app.all('*', async (c) => {
        const {
          status = 200,
          headers,
          body = '',
          isStream,
        } = await handler({
          url: c.req.url.replace(/^https?:\/\/[^/]*/, ''),
          header: (name) => c.req.header(name),
        })
        const content = isStream === true ? (Readable.toWeb(chunksOf(body)) as ReadableStream) : body
        return new Response(content, { status, headers: { ...text, ...headers } })
      })
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
      if (!server.listening) await once(server, 'listening')
      return {
        port: (server.address() as AddressInfo).port,
        close: async () => {
          server.closeAllConnections()
          server.close()
          await once(server, 'close')
        },
      }
    },
  ],
]
