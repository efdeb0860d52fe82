import { once } from 'node:events'
import {
  createServer,
  request as outgoing,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import express from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { guard as expressGuard } from '../src/express.ts'
import type { Guard } from '../src/index.ts'
import { middleware, protect } from '../src/node.ts'
import { send, sendRaw } from './client.ts'
import { deferred } from './deferred.ts'
import { secret, type Running } from './framework.ts'
import { listen } from './frameworks.ts'

let running: Running | undefined
async function stop(): Promise<void> {
  await running?.close()
  running = undefined
}
afterEach(stop)

const constant: Guard = { name: 'constant', headers: { 'x-constant': 'guard' } }
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

const quiet: Guard[] = [constant, marker]
const withBody: Guard[] = [constant, marker, { name: 'body', onBody: () => undefined }]

describe.each([
  ['without a body guard', quiet],
  ['with a body guard', withBody],
])('on node:http, %s', (_, guards) => {
  const start = async (listener: RequestListener, onError: () => void = () => {}): Promise<number> =>
    (running = await listen(createServer(protect(guards, listener, { onError })))).port
  const get = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

  it('early hints pass untouched', async () => {
    const port = await start((__, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.writeProcessing()
      response.end('ok')
    })
    const raw = await sendRaw(port, get)
    expect(raw).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: [^\r]*\r\n\r\nHTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    )
    expect(raw.match(/x-constant/g)).toHaveLength(1)
  })

  it('100-continue passes untouched', async () => {
    const port = await start((request, response) => {
      request.resume().on('end', () => response.end('ok'))
    })
    const raw = await sendRaw(
      port,
      `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`,
    )
    expect(raw).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
  })

  it.each([
    ['announced', { trailer: 'x-sum' }],
    ['not announced', {}],
  ])('trailers pass, %s', async (__, headers) => {
    const port = await start((___, response) => {
      response.writeHead(200, headers)
      response.write('ok')
      response.addTrailers({ 'x-sum': '1' })
      response.end()
    })
    const raw = await sendRaw(port, get)
    expect(raw).toContain('x-constant: guard')
    expect(raw.toLowerCase()).not.toContain('content-length')
    expect(raw).toMatch(/\r\n0\r\nx-sum: 1\r\n\r\n$/)
  })

  it('trailers that are announced pass when the body is ended in one piece', async () => {
    const port = await start((__, response) => {
      response.setHeader('Trailer', 'x-sum')
      response.addTrailers({ 'x-sum': '1' })
      response.end('ok')
    })
    expect(await sendRaw(port, get)).toMatch(/\r\n\r\n2\r\nok\r\n0\r\nx-sum: 1\r\n\r\n$/)
  })

  it('a flushed head leaves at once', async () => {
    let finish = (): void => {}
    const port = await start((__, response) => {
      response.setHeader('content-type', 'text/event-stream')
      response.flushHeaders()
      finish = () => response.end('data: 1\n\n')
    })
    const sent = outgoing({ port, host: '127.0.0.1', agent: false }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-constant': 'guard',
      'x-marked': '200',
    })
    finish()
    expect(await response.setEncoding('utf8').reduce((all: string, part: string) => all + part, '')).toBe('data: 1\n\n')
  })

  it('a flushed head that was written by hand leaves at once', async () => {
    let finish = (): void => {}
    const port = await start((__, response) => {
      response.writeHead(201, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      finish = () => response.end('data: 1\n\n')
    })
    const sent = outgoing({ port, host: '127.0.0.1', agent: false }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(201)
    finish()
    response.resume()
    await once(response, 'end')
  })

  it('an event that is written leaves before the next', async () => {
    let finish = (): void => {}
    const port = await start((__, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      finish = () => response.end('data: 2\n\n')
    })
    const sent = outgoing({ port, host: '127.0.0.1', agent: false }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const [first] = (await once(response, 'data')) as [Buffer]
    expect(first.toString()).toBe('data: 1\n\n')
    finish()
    await once(response, 'end')
  })

  it('a second writeHead throws as it does natively, and the first head leaves', async () => {
    const thrown: unknown[] = []
    const port = await start((__, response) => {
      response.writeHead(201, { 'x-own': '1' })
      thrown.push(response.headersSent)
      try {
        response.writeHead(202, { 'x-own': '2' })
      } catch (error) {
        thrown.push((error as { code: string }).code)
      }
      response.end('ok')
    })
    const raw = await sendRaw(port, get)
    expect(raw).toMatch(/^HTTP\/1\.1 201 Created\r\n/)
    expect(raw).toContain('x-own: 1')
    expect(raw).toContain('x-constant: guard')
    expect(thrown).toEqual([true, 'ERR_HTTP_HEADERS_SENT'])
  })

  it('a head that Node refuses throws, and a 500 follows with the constants', async () => {
    const onError = vi.fn()
    const port = await start((__, response) => {
      response.writeHead(200, { 'x-own': 'a\r\nb' })
      response.end('ok')
    }, onError)
    const raw = await sendRaw(port, get)
    expect(raw).toMatch(/^HTTP\/1\.1 500 /)
    expect(raw).toContain('x-constant: guard')
    expect(raw).toContain('x-marked: 500')
    expect(onError).toHaveBeenCalledOnce()
  })

  it('a throw behind a written head cuts the connection, as nothing can be said any more', async () => {
    const port = await start((__, response) => {
      response.writeHead(200)
      throw new Error(secret)
    })
    await expect(send(port, '/')).rejects.toThrow('socket hang up')
  })

  it('a throw behind a whole response leaves it whole', async () => {
    const onError = vi.fn()
    const port = await start((__, response) => {
      response.end('x'.repeat(5_000_000))
      throw new Error(secret)
    }, onError)
    expect((await send(port, '/')).body).toHaveLength(5_000_000)
    expect(onError).toHaveBeenCalledOnce()
  })

  it.each([
    ['given to writeHead', (response: ServerResponse) => response.writeHead(200, 'Fine', { 'x-own': '1' }).end('ok')],
    ['set before', (response: ServerResponse) => ((response.statusMessage = 'Fine'), response.end('ok'))],
  ])('a status message is kept, %s', async (__, answer) => {
    const port = await start((___, response) => void answer(response))
    expect(await sendRaw(port, get)).toMatch(/^HTTP\/1\.1 200 Fine\r\n/)
  })

  it.each([
    ['an object', { 'X-Own': '1', 'set-cookie': ['a=1', 'b=2'] }],
    ['a flat list', ['X-Own', '1', 'set-cookie', 'a=1', 'set-cookie', 'b=2']],
    [
      'pairs',
      [
        ['X-Own', '1'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    ],
  ])('headers are taken as %s', async (__, headers) => {
    for (const before of [false, true]) {
      const port = await start((___, response) => {
        if (before) response.setHeader('x-before', '1').setHeader('x-own', '0')
        response.writeHead(200, headers as never).end('ok')
      })
      const answer = await send(port, '/')
      expect(answer.all('x-own')).toEqual(['1'])
      expect(answer.all('set-cookie')).toEqual(['a=1; Secure', 'b=2; Secure'])
      expect(answer.headers['x-before']).toBe(before ? '1' : undefined)
      await stop()
    }
  })

  it('pipelined requests are answered in order, each with its own head', async () => {
    const port = await start((request, response) => {
      setTimeout(() => response.end(request.url), request.url === '/1' ? 20 : 0)
    })
    const one = (path: string, close = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${close}\r\n`
    const raw = await sendRaw(port, one('/1') + one('/2') + one('/3', 'Connection: close\r\n'))
    expect(raw.match(/\/[123]$|\/[123](?=HTTP)/gm)).toEqual(['/1', '/2', '/3'])
    expect(raw.match(/x-constant: guard/g)).toHaveLength(3)
  })

  it('callbacks of write and end are called', async () => {
    const called: string[] = []
    let done = (): void => {}
    const all = new Promise<void>((resolve) => (done = resolve))
    const port = await start((__, response) => {
      response.write('a', () => called.push('write'))
      response.end(() => (called.push('end'), done()))
    })
    expect((await send(port, '/')).body).toBe('a')
    await all
    expect(called.toSorted()).toEqual(['end', 'write'])
  })
})

it('leaves a guard alone that is mounted when the client has gone', async () => {
  const asked = vi.fn()
  const mounted = deferred<undefined>()
  const late = middleware([{ name: 'late', onRequest: asked, onClose: () => {} }])
  const listener: RequestListener = (request, response) => {
    response.on('close', () => late(request, response, asked))
    response.on('close', () => mounted.resolve(undefined))
    response.write('begun')
  }
  running = await listen(createServer(protect([constant], listener)))
  await sendRaw(running.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'begun')
  await mounted.promise
  expect(asked).not.toHaveBeenCalled()
})

describe('a body guard', () => {
  const start = async (guards: Guard[], listener: RequestListener): Promise<number> =>
    (running = await listen(createServer(protect(guards, listener)))).port

  it.each([
    ['end(text)', (response: ServerResponse) => response.end('whole')],
    ['end(bytes)', (response: ServerResponse) => response.end(Buffer.from('whole'))],
    ['end in base64', (response: ServerResponse) => response.end('d2hvbGU=', 'base64')],
    ['end in latin1', (response: ServerResponse) => response.end('whole', 'latin1')],
    ['write and end', (response: ServerResponse) => (response.write('whole'), response.end())],
    ['write in hex and end', (response: ServerResponse) => (response.write('77686f6c65', 'hex'), response.end())],
    [
      'writeHead, write and end',
      (response: ServerResponse) => (response.writeHead(200).write('whole'), response.end()),
    ],
  ])('sees the bytes of %s', async (_, answer) => {
    const seen: string[] = []
    const port = await start([watching(seen)], (__, response) => void answer(response))
    const response = await send(port, '/')
    expect(response.body).toBe('whole')
    expect(response.headers['content-length']).toBe('5')
    expect(seen).toEqual(['whole'])
  })

  it.each([
    ['two writes', (response: ServerResponse) => (response.write('who'), response.write('le'), response.end())],
    ['a write and an end', (response: ServerResponse) => (response.write('who'), response.end('le'))],
    ['a later end', (response: ServerResponse) => (response.write('whole'), setImmediate(() => response.end()))],
    ['a flushed head', (response: ServerResponse) => (response.flushHeaders(), response.end('whole'))],
  ])('sees nothing of %s', async (_, answer) => {
    const seen: string[] = []
    const port = await start([watching(seen)], (__, response) => void answer(response))
    expect((await send(port, '/')).body).toBe('whole')
    expect(seen).toEqual([])
  })

  it('drops a body that a guard behind it turned into a 304', async () => {
    const replaced: Guard = { name: 'replaced', onBody: () => ({ status: 200, body: 'other' }) }
    const unchanged: Guard = { name: 'unchanged', onHead: (_, head) => void (head.status = 304) }
    const port = await start([replaced, unchanged], (_, response) => response.end('ok'))
    const raw = await sendRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(raw).toMatch(/^HTTP\/1\.1 304 /)
    expect(raw.toLowerCase()).not.toContain('content-length')
    expect(raw.endsWith('\r\n\r\n')).toBe(true)
  })

  it('that joins after the head has left changes nothing', async () => {
    const app = express()
    app.get('/', (_, response, next) => {
      response.write('one ')
      next()
    })
    app.use(expressGuard([constant, watching([])]), (_, response) => void response.end('two'))
    running = await listen(createServer(app))
    const answer = await send(running.port, '/')
    expect(answer.body).toBe('one two')
    expect(answer.headers).not.toHaveProperty('x-constant')
  })
})
