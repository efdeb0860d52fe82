import { once } from 'node:events'
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { json, text } from 'node:stream/consumers'
import { getRequestListener } from '@hono/node-server'
import { bodyParser } from '@koa/bodyparser'
import type { Guard } from '@seawall/guard'
import { guard as guardExpress } from '@seawall/guard/express'
import { guardHook } from '@seawall/guard/fastify'
import { guard as guardHono } from '@seawall/guard/hono'
import { guard as guardKoa } from '@seawall/guard/koa'
import { protect } from '@seawall/guard/node'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { validator } from 'hono/validator'
import Koa from 'koa'

/** Answers a request, given the framework's own object. */
export type Handler = (request: object) => number | Promise<number>

/** Puts guards before a handler, behind a parser for JSON, on the route `/books/:id`. */
export type Mount = (guards: readonly Guard[], handler?: Handler) => Promise<Server>

const welcome: Handler = () => 200

function idIn(url = ''): string {
  return decodeURIComponent(new URL(url, 'http://shop.example').pathname.split('/')[2] ?? '')
}

async function onNode(guards: readonly Guard[], handler = welcome): Promise<Server> {
  const listener = protect(guards, async (incoming, response) => {
    response.statusCode = await handler(incoming)
    response.end('welcome')
  })
  return listen(async (incoming: IncomingMessage & { body?: unknown; params?: object }, response) => {
    if (incoming.headers['content-type'] === 'application/json') incoming.body = await json(incoming)
    incoming.params = { id: idIn(incoming.url) }
    listener(incoming, response)
  })
}

function onExpress(guards: readonly Guard[], handler = welcome): Promise<Server> {
  const app = express()
  app.all('/books/:id', express.json(), guardExpress(guards), async (incoming, response) => {
    response.status(await handler(incoming)).send('welcome')
  })
  return listen(app)
}

async function onFastify(guards: readonly Guard[], handler = welcome): Promise<Server> {
  const app = Fastify()
  app.all('/books/:id', { preHandler: guardHook(guards) }, async (incoming, reply) => {
    reply.code(await handler(incoming))
    return 'welcome'
  })
  await app.ready()
  return listen((incoming, response) => app.routing(incoming, response))
}

function onKoa(guards: readonly Guard[], handler = welcome): Promise<Server> {
  const app = new Koa()
  app.use(bodyParser())
  app.use((context, next) => {
    Object.assign(context, { params: { id: idIn(context.url) } })
    return next()
  })
  app.use(guardKoa(guards))
  app.use(async (context) => {
    context.status = await handler(context)
    context.body = 'welcome'
  })
  return listen((incoming, response) => void app.callback()(incoming, response))
}

function onHono(guards: readonly Guard[], handler = welcome): Promise<Server> {
  const app = new Hono()
  const parse = validator('json', (value: unknown) => value as object)
  app.all('/books/:id', parse, guardHono(guards), async (context) => {
    context.status((await handler(context)) as 200)
    return context.text('welcome')
  })
  const handle = getRequestListener(app.fetch)
  return listen((incoming, response) => void handle(incoming, response))
}

/** The route's parameter, given the framework's own object. */
export function idOf(request: object): string {
  const { params, req } = request as { params?: { id: string }; req?: { param(name: string): string } }
  return params?.id ?? req?.param('id') ?? ''
}

/** All five frameworks. */
export const mounts: readonly (readonly [name: string, mount: Mount])[] = [
  ['node:http', onNode],
  ['Express', onExpress],
  ['Fastify', onFastify],
  ['Koa', onKoa],
  ['Hono', onHono],
]

/** Starts a server on a free port. */
export async function listen(listener: (...args: Parameters<RequestListener>) => unknown): Promise<Server> {
  const server = createServer((incoming, response) => void listener(incoming, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Ends a server and its connections. */
export async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

/** What a client gets. */
export interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What a client sends. */
export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, with the content type of the headers. */
  readonly text?: string
}

/** Sends one request and waits for the whole answer. */
export async function send(server: Server, sent: Sent = {}): Promise<Answer> {
  const { port } = server.address() as AddressInfo
  const { method = 'POST', path = '/books/1', body } = sent
  const content = sent.text ?? (body === undefined ? undefined : JSON.stringify(body))
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const length = content === undefined ? {} : { 'content-length': String(Buffer.byteLength(content)) }
  const headers = { ...type, ...length, ...sent.headers }
  const [response] = await once(request({ port, host: '127.0.0.1', method, path, headers }).end(content), 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}
