import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import express from 'express'
import fastify from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { guard as expressGuard } from '../src/express.ts'
import { guard as fastifyGuard } from '../src/fastify.ts'
import type { Exchange, Guard, GuardOptions, Reply } from '../src/index.ts'
import { attach } from '../src/node.ts'
import { send, sendRaw } from './client.ts'
import { deferred } from './deferred.ts'
import { secret, type Running } from './framework.ts'
import { listen, nodeRoutes } from './frameworks.ts'
import { recorder } from './recorder.ts'

const constant: Guard = { name: 'constant', headers: { 'x-constant': 'guard' } }
const refuse = (reply: Reply): Guard => ({ name: 'refuse', onRequest: () => reply })

let running: Running | undefined
const clients = new Set<Socket | WebSocket>()
afterEach(async () => {
  for (const client of clients) {
    if (client instanceof WebSocket) client.terminate()
    else client.destroy()
  }
  clients.clear()
  await running?.close()
  running = undefined
})

/** A server with an echo over WebSockets, and the sockets that reached it. */
async function echo(guards: Guard[], options?: GuardOptions): Promise<{ port: number; upgraded: Duplex[] }> {
  const server = createServer(nodeRoutes())
  const sockets = new WebSocketServer({ noServer: true })
  const upgraded: Duplex[] = []
  server.on('upgrade', (request, socket, head) => {
    upgraded.push(socket)
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('message', (data) => client.send(data))
      client.on('error', () => {})
    })
  })
  attach(server, guards, options)
  const { port, close } = await listen(server)
  running = {
    port,
    close: async () => {
      for (const client of sockets.clients) client.terminate()
      for (const socket of upgraded) socket.destroy()
      await close()
    },
  }
  return { port, upgraded }
}

function dial(port: number): WebSocket {
  const client = new WebSocket(`ws://127.0.0.1:${port}/chat?room=1`)
  clients.add(client)
  client.on('error', () => {})
  return client
}

async function talk(port: number, text: string): Promise<string> {
  const client = dial(port)
  await once(client, 'open')
  client.send(text)
  const [data] = (await once(client, 'message')) as [Buffer]
  client.close()
  await once(client, 'close')
  return data.toString()
}

const handshake =
  'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

/** Sends a handshake over a bare socket. */
async function knock(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  clients.add(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(handshake)
  return socket
}

/** A guard that decides when it is told to. */
function slow(): { guard: Guard; arrived: Promise<Exchange>; decide: (reply: Reply | undefined) => void } {
  const decision = deferred<Reply | undefined>()
  const arrival = deferred<Exchange>()
  const onRequest: Guard['onRequest'] = (x) => (arrival.resolve(x), decision.promise)
  return { guard: { name: 'slow', onRequest }, arrived: arrival.promise, decide: decision.resolve }
}

describe('an upgrade that is allowed', () => {
  it('works and echoes', async () => {
    const { port } = await echo([constant, { name: 'yes', onRequest: () => undefined }])
    expect(await talk(port, 'hello')).toBe('hello')
  })

  it('works when a guard takes its time', async () => {
    const { port } = await echo([{ name: 'yes', onRequest: () => Promise.resolve(undefined) }])
    expect(await talk(port, 'hello')).toBe('hello')
  })

  it('shows the guards the same as a request', async () => {
    const seen: unknown[] = []
    const see: Guard['onRequest'] = (x) => {
      const { method, path, url, ip, host, secure } = x
      seen.push({ method, path, url, ip, secure, host: host?.replace(/\d+$/, ''), upgrade: x.header('upgrade') })
      return undefined
    }
    const { port } = await echo([{ name: 'see', onRequest: see }])
    await talk(port, 'x')
    expect(seen).toEqual([
      {
        method: 'GET',
        path: '/chat',
        url: '/chat?room=1',
        ip: '127.0.0.1',
        secure: false,
        host: '127.0.0.1:',
        upgrade: 'websocket',
      },
    ])
  })

  it('is told of its end once, when its socket closes', async () => {
    const { guard, ends, next } = recorder()
    const { port, upgraded } = await echo([guard])
    const end = next()
    await talk(port, 'x')
    expect(await end).toEqual({ status: 101, aborted: false, bytes: undefined })
    expect(ends).toHaveLength(1)
    expect(upgraded[0]?.listenerCount('error')).toBeLessThan(2)
  })
})

describe('an upgrade that is refused', () => {
  it.each([
    ['at once', (reply: Reply) => reply],
    ['after a while', (reply: Reply) => Promise.resolve(reply)],
  ])('gets the reply with the constants, %s', async (_, answer) => {
    const onRequest: Guard['onRequest'] = (x) => {
      x.set('x-path', x.path)
      return answer({ status: 403, headers: { 'x-why': 'origin' }, body: 'not from there' })
    }
    const { port, upgraded } = await echo([constant, { name: 'no', onRequest }])
    const [, response] = (await once(dial(port), 'unexpected-response')) as [unknown, IncomingMessage]
    expect(response.statusCode).toBe(403)
    expect(response.headers).toMatchObject({
      'x-constant': 'guard',
      'x-why': 'origin',
      'x-path': '/chat',
      'content-length': '14',
      connection: 'close',
    })
    expect(await response.setEncoding('utf8').reduce((text: string, part: string) => text + part, '')).toBe(
      'not from there',
    )
    expect(upgraded).toEqual([])
  })

  it('has its socket closed, and the guards are told once', async () => {
    const { guard, ends, next } = recorder()
    const { port } = await echo([guard, refuse({ status: 429, body: 'later' })])
    const end = next()
    const raw = await sendRaw(port, handshake)
    expect(raw).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/)
    expect(raw.endsWith('\r\n\r\nlater')).toBe(true)
    expect(await end).toEqual({ status: 429, aborted: false, bytes: 5 })
    expect(ends).toHaveLength(1)
  })

  it('has its socket closed at once, though the client keeps its side open', async () => {
    const { port } = await echo([refuse({ status: 403, body: 'no' })])
    const socket = await knock(port)
    socket.resume()
    const late = new Promise((resolve) => setTimeout(resolve, 1500, 'late'))
    expect(await Promise.race([once(socket, 'end').then(() => 'closed'), late])).toBe('closed')
  })

  it('passes the head and body hooks', async () => {
    const late: Guard = {
      name: 'late',
      onHead: (_, head) => head.set('x-late', '1'),
      onBody: () => ({ status: 418, body: 'teapot' }),
    }
    const { port } = await echo([late, refuse({ status: 403, body: 'no' })])
    const raw = await sendRaw(port, handshake)
    expect(raw).toMatch(/^HTTP\/1\.1 418 /)
    expect(raw).toContain('x-late: 1\r\n')
    expect(raw.endsWith('\r\n\r\nteapot')).toBe(true)
  })

  it.each([
    [
      'thrown',
      (): never => {
        throw new Error(secret)
      },
    ],
    ['rejected', (): Promise<undefined> => Promise.reject(new Error(secret))],
    ['a reply that cannot be sent', (): Reply => ({ status: 403, headers: { 'x-bad': 'a\r\nb' } })],
    ['a promise of one', (): Promise<Reply> => Promise.resolve({ status: 42 })],
  ])('by an error, %s, gets a 500 without a word of it, and the guard is named', async (_, onRequest) => {
    const onError = vi.fn()
    const { port } = await echo([constant, { name: 'fine', onRequest: () => undefined }, { name: 'bad', onRequest }], {
      onError,
    })
    const raw = await sendRaw(port, handshake)
    expect(raw).toMatch(/^HTTP\/1\.1 500 /)
    expect(raw).toContain('x-constant: guard\r\n')
    expect(raw).not.toContain(secret)
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.any(Error),
      expect.objectContaining({ guard: 'bad', moment: 'onRequest' }),
    )
  })

  it('is cut when the client reads nothing of it', { timeout: 20_000 }, async () => {
    const { guard, next } = recorder()
    const { port } = await echo([guard, refuse({ status: 403, body: Buffer.alloc(20_000_000) })])
    const end = next()
    const socket = await knock(port)
    socket.pause()
    expect(await end).toEqual({ status: 403, aborted: true, bytes: undefined })
  })

  it('does not end the process when the client resets while it leaves', async () => {
    const { guard, next } = recorder()
    const { port } = await echo([guard, refuse({ status: 403, body: Buffer.alloc(20_000_000) })])
    const end = next()
    const socket = await knock(port)
    await once(socket, 'readable')
    socket.resetAndDestroy()
    expect(await end).toMatchObject({ status: 403, aborted: true })
  })
})

describe('a client that goes away while a guard decides', () => {
  it.each([
    ['a refusal', { status: 403 }],
    ['a yes', undefined],
  ])('harms nobody, and %s goes nowhere', async (_, reply) => {
    const { guard, ends, next } = recorder()
    const { guard: pending, arrived, decide } = slow()
    const asked = vi.fn()
    const { port, upgraded } = await echo([guard, pending, { name: 'later', onRequest: asked }])
    const end = next()
    const socket = await knock(port)
    await arrived
    socket.resetAndDestroy()
    expect(await end).toMatchObject({ aborted: true })
    decide(reply)
    await new Promise((resolve) => setImmediate(resolve))
    expect(ends).toHaveLength(1)
    expect(upgraded).toEqual([])
    expect(asked).not.toHaveBeenCalled()
    expect((await send(port, '/ok')).status).toBe(reply?.status ?? 200)
  })
})

describe('requests', () => {
  it.each([
    ['/ok', 200],
    ['/missing', 404],
    ['/stream', 200],
  ])('pass the guards: %s', async (path, status) => {
    const { port } = await echo([constant])
    const answer = await send(port, path)
    expect(answer.status).toBe(status)
    expect(answer.headers['x-constant']).toBe('guard')
  })

  it('are refused before any listener sees them', async () => {
    const listener = vi.fn()
    running = await listen(attach(createServer(listener), [refuse({ status: 403, body: 'no' })]))
    expect(await send(running.port, '/')).toMatchObject({ status: 403, body: 'no' })
    expect(listener).not.toHaveBeenCalled()
  })

  it('reach listeners that were added before and after, all of them', async () => {
    const seen: string[] = []
    const server = createServer(() => seen.push('before'))
    attach(server, [constant])
    server.on('request', (_, response) => (seen.push('after'), response.end()))
    server.prependListener('request', () => seen.push('first'))
    running = await listen(server)
    expect((await send(running.port, '/')).headers['x-constant']).toBe('guard')
    expect(seen).toEqual(['first', 'before', 'after'])
  })

  it('that expect a 100 pass before it, and may be refused without one', async () => {
    const server = createServer()
    server.on('checkContinue', (_, response) => {
      response.writeContinue()
      response.end('go')
    })
    const big: Guard = {
      name: 'big',
      onRequest: (x) => (x.header('content-length') === '999' ? { status: 413 } : undefined),
    }
    running = await listen(attach(server, [constant, big]))
    const ask = (length: number): string =>
      `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`
    const allowed = await sendRaw(running.port, `${ask(2)}hi`)
    expect(allowed).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
    expect(allowed).toContain('x-constant: guard')
    const refused = await sendRaw(running.port, ask(999))
    expect(refused).toMatch(/^HTTP\/1\.1 413 /)
    expect(refused).toContain('x-constant: guard')
  })

  it('whose listener throws get a 500', async () => {
    const onError = vi.fn()
    const server = createServer(() => {
      throw new Error(secret)
    })
    running = await listen(attach(server, [constant], { onError }))
    const answer = await send(running.port, '/')
    expect(answer).toMatchObject({ status: 500, body: 'Internal Server Error' })
    expect(answer.headers['x-constant']).toBe('guard')
    expect(onError).toHaveBeenCalledOnce()
  })
})

describe('CONNECT', () => {
  const tunnel = 'CONNECT db.internal:5432 HTTP/1.1\r\nHost: db.internal:5432\r\n\r\n'

  it('passes the guards and may be refused', async () => {
    const server: Server = createServer()
    server.on('connect', (_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
    const only: Guard = {
      name: 'only',
      onRequest: (x) => (x.host === 'db.internal:5432' ? { status: 403 } : undefined),
    }
    running = await listen(attach(server, [constant, only]))
    const refused = await sendRaw(running.port, tunnel)
    expect(refused).toMatch(/^HTTP\/1\.1 403 /)
    expect(refused).toContain('x-constant: guard')
    expect(await sendRaw(running.port, tunnel.replaceAll('db.internal', 'www'))).toBe('HTTP/1.1 200 OK\r\n\r\n')
  })
})

describe('on frameworks', () => {
  it.each(['before', 'after'])('guards an Express app whose server is made %s', async (when) => {
    const app = express().get('/ok', (_, response) => void response.send('ok'))
    const server = when === 'before' ? createServer(app) : createServer()
    attach(server, [constant])
    if (when === 'after') server.on('request', app)
    running = await listen(server)
    for (const [path, status] of [
      ['/ok', 200],
      ['/missing', 404],
    ] as const) {
      const answer = await send(running.port, path)
      expect(answer.status).toBe(status)
      expect(answer.all('x-constant')).toEqual(['guard'])
    }
  })

  it("shares its exchange with the framework's own door", async () => {
    const seen: Exchange[] = []
    const spy: Guard = { name: 'spy', onRequest: (x) => (seen.push(x), undefined) }
    const app = express().use(expressGuard([spy, { name: 'route', headers: { 'x-route': '1' } }]))
    running = await listen(attach(createServer(app), [spy, constant]))
    const answer = await send(running.port, '/missing')
    expect(seen[0]).toBe(seen[1])
    expect(answer.headers).toMatchObject({ 'x-constant': 'guard', 'x-route': '1' })
  })

  it('guards what reaches no hook of Fastify', async () => {
    const app = fastify()
    await app.register(fastifyGuard([{ name: 'hooked', headers: { 'x-hooked': '1' } }]))
    app.get('/ok', () => 'ok')
    attach(app.server, [constant])
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    running = { port, close: () => app.close() }
    const malformed = await sendRaw(port, 'GET /%ff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(malformed).toMatch(/^HTTP\/1\.1 400 /)
    expect(malformed).toContain('x-constant: guard')
    expect(malformed).not.toContain('x-hooked')
    expect((await send(port, '/ok')).headers).toMatchObject({ 'x-constant': 'guard', 'x-hooked': '1' })
  })
})
