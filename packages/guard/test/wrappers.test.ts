import { once } from 'node:events'
import { createServer, request as outgoing, type IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import compression from 'compression'
import express, { type RequestHandler } from 'express'
import session from 'express-session'
import fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { guard as expressGuard } from '../src/express.ts'
import { guard as fastifyGuard } from '../src/fastify.ts'
import type { Guard } from '../src/index.ts'
import type { Running } from './framework.ts'
import { listen } from './frameworks.ts'

let running: Running | undefined
async function stop(): Promise<void> {
  await running?.close()
  running = undefined
}
afterEach(stop)

const constant: Guard = { name: 'constant', headers: { 'x-constant': 'guard' } }
const setter: Guard = {
  name: 'setter',
  onRequest: (x) => (x.set('x-set', '1'), x.set('set-cookie', 'guard=1'), undefined),
}
const marker: Guard = {
  name: 'marker',
  onHead: (_, head) => {
    head.set('x-marked', String(head.status))
    const cookies = [head.get('set-cookie') ?? []].flat()
    head.set(
      'set-cookie',
      cookies.map((cookie) => `${cookie}; Secure`),
    )
  },
}
const watching = (seen: string[]): Guard => ({
  name: 'watching',
  onBody: (_, _head, body) => (seen.push(text(body)), undefined),
})
const text = (body: string | Uint8Array): string => Buffer.from(body as string).toString()

interface Raw {
  readonly response: IncomingMessage
  readonly body: Buffer
}

/** Asks for a compressed answer, and gives the bytes as they came. */
async function fetchRaw(path: string, headers: Record<string, string> = {}): Promise<Raw> {
  const sent = outgoing({ port: running?.port, host: '127.0.0.1', path, agent: false, headers }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  return { response, body: Buffer.concat(parts) }
}

const page = 'hello '.repeat(1000)

/** Express with a middleware inside or outside the guards. */
async function onExpress(where: 'inside' | 'outside', wrapper: RequestHandler, guards: Guard[]): Promise<void> {
  const app = express().set('env', 'test')
  const mounted = expressGuard(guards)
  for (const one of where === 'outside' ? [wrapper, mounted] : [mounted, wrapper]) app.use(one)
  app.get('/send', (_, response) => void response.send(page))
  app.get('/json', (_, response) => void response.json({ page }))
  app.get('/own', (_, response) => void response.set('X-Constant', 'own').cookie('own', '1').send(page))
  app.get(
    '/head',
    (_, response) => void response.writeHead(201, { 'Content-Type': 'text/plain', 'x-own': '1' }).end(page),
  )
  app.get(
    '/flat',
    (_, response) => void response.writeHead(201, ['content-type', 'text/plain', 'x-own', '1']).end(page),
  )
  app.get('/chunks', (_, response) => {
    response.type('text/plain').write(page)
    setImmediate(() => response.end('end'))
  })
  app.get('/small', (_, response) => void response.type('text/plain').end('small'))
  app.get('/login', (request, response) => {
    Object.assign(request.session, { user: 'ada' })
    response.send('welcome')
  })
  app.get('/login-by-hand', (request, response) => {
    Object.assign(request.session, { user: 'ada' })
    response.writeHead(201, { 'x-own': '1' }).end('welcome')
  })
  app.get('/me', (request, response) => void response.json(Reflect.get(request.session, 'user') ?? null))
  running = await listen(createServer(app))
}

/** Names that stand more than once in the head, `set-cookie` and `vary` aside. */
function doubled({ rawHeaders }: IncomingMessage): string[] {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  return names.filter((name, index) => names.indexOf(name) !== index && name !== 'set-cookie' && name !== 'vary')
}

describe.each(['inside', 'outside'] as const)('compression %s the guards', (where) => {
  it.each([
    ['/send', 200, page],
    ['/json', 200, JSON.stringify({ page })],
    ['/own', 200, page],
    ['/head', 201, page],
    ['/flat', 201, page],
    ['/chunks', 200, `${page}end`],
    ['/small', 200, 'small'],
  ])('keeps bodies and heads right: %s', async (path, status, body) => {
    for (const guards of [
      [constant, setter, marker],
      [constant, setter, marker, watching([])],
    ]) {
      await onExpress(where, compression(), guards)
      const { response, body: bytes } = await fetchRaw(path, { 'accept-encoding': 'gzip' })
      const isCompressed = response.headers['content-encoding'] === 'gzip'
      expect((isCompressed ? gunzipSync(bytes) : bytes).toString()).toBe(body)
      expect(response.statusCode).toBe(status)
      expect(response.headers).toMatchObject({
        'x-constant': path === '/own' ? 'own' : 'guard',
        'x-set': '1',
        'x-marked': String(status),
      })
      if (status === 201) expect(response.headers).toMatchObject({ 'x-own': '1', 'content-type': 'text/plain' })
      const cookies = path === '/own' ? ['own=1; Path=/; Secure', 'guard=1; Secure'] : ['guard=1; Secure']
      expect(response.headers['set-cookie']).toEqual(cookies)
      expect(doubled(response)).toEqual([])
      await stop()
    }
  })

  it('still compresses', async () => {
    await onExpress(where, compression(), [constant])
    const { response, body } = await fetchRaw('/send', { 'accept-encoding': 'gzip' })
    expect(response.headers['content-encoding']).toBe('gzip')
    expect(body.length).toBeLessThan(page.length / 10)
  })
})

describe('a body guard beside compression', () => {
  it('inside sees the page and may replace it, compressed afterwards', async () => {
    const seen: string[] = []
    const replace: Guard = { name: 'replace', onBody: () => ({ status: 200, body: 'other '.repeat(1000) }) }
    await onExpress('outside', compression(), [watching(seen), replace])
    const { response, body } = await fetchRaw('/send', { 'accept-encoding': 'gzip' })
    expect(response.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(body).toString()).toBe('other '.repeat(1000))
    expect(seen).toEqual([page])
  })

  it('outside sees no whole body of what is compressed', async () => {
    const seen: string[] = []
    await onExpress('inside', compression(), [watching(seen)])
    await fetchRaw('/send', { 'accept-encoding': 'gzip' })
    expect(seen).toEqual([])
  })
})

describe.each(['inside', 'outside'] as const)('express-session %s the guards', (where) => {
  it.each([[[constant, setter, marker]], [[constant, setter, marker, watching([])]]])(
    'keeps its cookie and its sessions',
    async (guards) => {
      await onExpress(where, session({ secret: 'a secret', resave: false, saveUninitialized: false }), guards)
      const { response, body } = await fetchRaw('/login')
      expect(body.toString()).toBe('welcome')
      expect(response.headers).toMatchObject({ 'x-constant': 'guard', 'x-set': '1', 'x-marked': '200' })
      expect(doubled(response)).toEqual([])
      const cookies = response.headers['set-cookie'] ?? []
      expect(cookies).toContain('guard=1; Secure')
      const cookie = cookies.find((one) => one.startsWith('connect.sid=')) ?? ''
      expect(cookies).toHaveLength(2)
      // what a wrapper outside adds as the head leaves, it adds behind the guards' last look
      expect(cookie.endsWith('; Secure')).toBe(where === 'inside')
      const me = await fetchRaw('/me', { cookie: cookie.split(';')[0] ?? '' })
      expect(me.body.toString()).toBe('"ada"')
      expect((await fetchRaw('/me')).body.toString()).toBe('null')
      const byHand = await fetchRaw('/login-by-hand')
      expect(byHand.body.toString()).toBe('welcome')
      expect(byHand.response).toMatchObject({ statusCode: 201, headers: { 'x-own': '1', 'x-constant': 'guard' } })
      expect(byHand.response.headers['set-cookie']).toHaveLength(2)
      expect((await fetchRaw('/head')).response.headers).toMatchObject({ 'x-own': '1', 'x-constant': 'guard' })
    },
  )
})

describe('a wrapper that knows only objects', () => {
  /** As on-headers up to 1.0.2: sets what stands in an object, or in a list of pairs, and calls on without headers. */
  const old: RequestHandler = (_request, response, next) => {
    const { writeHead } = response as { writeHead: (status: number, ...rest: unknown[]) => typeof response }
    response.writeHead = ((status: number, headers?: Record<string, string> | [string, string][]) => {
      for (const [name, value] of Array.isArray(headers) ? headers : Object.entries(headers ?? {}))
        response.setHeader(name, value)
      return writeHead.call(response, status)
    }) as typeof response.writeHead
    next()
  }

  it.each(['inside', 'outside'] as const)('stands %s', async (where) => {
    for (const guards of [
      [constant, setter, marker],
      [constant, setter, watching([]), marker],
    ]) {
      await onExpress(where, old, guards)
      for (const [path, status] of [
        ['/send', 200],
        ['/head', 201],
        ['/missing', 404],
      ] as const) {
        const { response } = await fetchRaw(path)
        expect(response.headers).toMatchObject({ 'x-constant': 'guard', 'x-set': '1', 'x-marked': String(status) })
        expect(response.headers['set-cookie']).toEqual(['guard=1; Secure'])
        expect(doubled(response)).toEqual([])
      }
      await stop()
    }
  })
})

describe("Fastify's inject", () => {
  it('passes the guards, the body hook with them', async () => {
    const seen: string[] = []
    const app = fastify()
    await app.register(fastifyGuard([constant, setter, marker, watching(seen)]))
    app.get('/', () => 'ok')
    const response = await app.inject('/')
    expect(response.body).toBe('ok')
    expect(response.headers).toMatchObject({ 'x-constant': 'guard', 'x-set': '1', 'x-marked': '200' })
    expect((await app.inject('/missing')).headers['x-constant']).toBe('guard')
    expect(seen[0]).toBe('ok')
    await app.close()
  })
})
