import { once } from 'node:events'
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Exchange, Guard, GuardOptions } from '../src/index.ts'
import { attach, middleware, protect } from '../src/node.ts'
import { deferred } from './deferred.ts'
import { secret } from './framework.ts'
import { nodeRoutes } from './frameworks.ts'
import { recorder } from './recorder.ts'

interface Answer {
  readonly headers: IncomingHttpHeaders & { ':status'?: number }
  readonly trailers: IncomingHttpHeaders
  readonly body: string
}

let server: Http2Server
let client: ClientHttp2Session
afterEach(async () => {
  client.destroy()
  if (!server.listening) return
  server.close()
  await once(server, 'close')
})

async function listen(made: Http2Server): Promise<void> {
  server = made
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  client.on('error', () => {})
}

type Listener = Parameters<typeof protect>[1]

const start = (guards: readonly Guard[], listener: Listener = nodeRoutes(), options?: GuardOptions): Promise<void> =>
  listen(createServer(protect(guards, listener, options)))

function open(path: string, headers: OutgoingHttpHeaders = {}): ClientHttp2Stream {
  const stream = client.request({ ':path': path, ...headers })
  stream.on('error', () => {})
  return stream
}

async function send(path: string, headers?: OutgoingHttpHeaders, body?: string): Promise<Answer> {
  const stream = open(path, headers)
  stream.end(body)
  const parts: Buffer[] = []
  let trailers: IncomingHttpHeaders = {}
  stream.on('trailers', (sent: IncomingHttpHeaders) => (trailers = sent))
  stream.on('data', (part: Buffer) => parts.push(part))
  const [head] = (await once(stream, 'response')) as [Answer['headers']]
  await once(stream, 'close')
  return { headers: head, trailers, body: Buffer.concat(parts).toString() }
}

const constant: Guard = { name: 'constant', headers: { 'x-constant': 'guard', 'x-other': 'always' } }

describe('headers', () => {
  it.each([
    ['/ok', 200],
    ['/missing', 404],
    ['/throw', 500],
    ['/reject', 500],
    ['/redirect', 302],
    ['/stream', 200],
    ['/empty', 204],
    ['/unchanged', 304],
  ])('puts constants on %s, a %i', async (path, status) => {
    await start([constant], nodeRoutes(), { onError: () => {} })
    const { headers, body } = await send(path)
    expect(headers).toMatchObject({ ':status': status, 'x-constant': 'guard', 'x-other': 'always' })
    expect(body).not.toContain(secret)
  })

  it('puts constants on a response that is ended without a word', async () => {
    await start([constant], (_, response) => response.end())
    expect((await send('/')).headers).toMatchObject({ ':status': 200, 'x-constant': 'guard' })
  })

  it('puts constants on HEAD', async () => {
    await start([constant, { name: 'body', onBody: () => ({ status: 500 }) }])
    const { headers, body } = await send('/ok', { ':method': 'HEAD' })
    expect(headers).toMatchObject({ ':status': 200, 'x-constant': 'guard', 'content-length': '2' })
    expect(body).toBe('')
  })

  it('lets the handler win, and carries what a guard sets', async () => {
    await start([constant, { name: 'setter', onRequest: (x) => (x.set('x-path', x.path), undefined) }])
    expect((await send('/own')).headers).toMatchObject({ 'x-constant': 'own', 'x-other': 'always', 'x-path': '/own' })
  })

  it('removes the headers that must not leave', async () => {
    await start([{ name: 'remover', remove: ['x-constant'] }])
    expect((await send('/own')).headers).not.toHaveProperty('x-constant')
  })
})

describe('a reply', () => {
  it('is answered, with its headers and body', async () => {
    await start([
      constant,
      { name: 'no', onRequest: () => ({ status: 429, headers: { 'retry-after': '7' }, body: 'later' }) },
    ])
    const { headers, body } = await send('/ok')
    expect(headers).toMatchObject({ ':status': 429, 'retry-after': '7', 'x-constant': 'guard', 'content-length': '5' })
    expect(body).toBe('later')
  })

  it('may be promised, and answers an upload that nobody reads', async () => {
    await start([{ name: 'no', onRequest: () => Promise.resolve({ status: 413 }) }])
    const { headers, body } = await send('/echo', { ':method': 'POST' }, 'x'.repeat(500_000))
    expect(headers[':status']).toBe(413)
    expect(body).toBe('')
    expect((await send('/ok')).headers[':status']).toBe(413)
  })
})

describe('the head', () => {
  it('shows cookies to guards, which rewrite them', async () => {
    const harden: Guard = {
      name: 'harden',
      onHead: (_, head) =>
        head.set(
          'set-cookie',
          [head.get('set-cookie') ?? []].flat().map((cookie) => `${cookie}; Secure`),
        ),
    }
    await start([harden, constant])
    const { headers } = await send('/cookies')
    expect(headers).toMatchObject({ 'set-cookie': ['a=1; Secure', 'b=2; Secure'], 'x-constant': 'guard' })
  })

  it('may become a 304, without a body and without a warning', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    await start([{ name: 'unchanged', onHead: (_, head) => void (head.status = 304) }])
    for (const path of ['/ok', '/json']) {
      const { headers, body } = await send(path)
      expect(headers[':status']).toBe(304)
      expect(headers).not.toHaveProperty('content-length')
      expect(body).toBe('')
    }
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })

  it('leaves although a guard throws there', async () => {
    const onError = vi.fn()
    const onHead = (): never => {
      throw new Error(secret)
    }
    await start([{ name: 'bad', onHead }, constant], nodeRoutes(), { onError })
    expect((await send('/ok')).headers).toMatchObject({ ':status': 200, 'x-constant': 'guard' })
    expect(onError).toHaveBeenCalledWith(new Error(secret), expect.objectContaining({ guard: 'bad', moment: 'onHead' }))
  })
})

describe('the body', () => {
  it('is shown whole, and replaced', async () => {
    const seen: string[] = []
    const onBody: Guard['onBody'] = (_, head, body) => {
      seen.push(Buffer.from(body as string).toString())
      head.set('etag', '"x"')
      return { status: 203, body: 'something längər' }
    }
    await start([{ name: 'body', onBody }, constant])
    for (const path of ['/ok', '/json']) {
      const { headers, body } = await send(path)
      expect(headers).toMatchObject({ ':status': 203, etag: '"x"', 'content-length': '18', 'x-constant': 'guard' })
      expect(body).toBe('something längər')
    }
    expect(seen).toEqual(['ok', '{"a":1}'])
  })

  it('is not shown when it is a stream', async () => {
    const onBody = vi.fn()
    await start([{ name: 'body', onBody }, constant])
    const { headers, body } = await send('/stream')
    expect(body).toBe('one two three')
    expect(headers['x-constant']).toBe('guard')
    expect(onBody).not.toHaveBeenCalled()
  })

  it('keeps its trailers', async () => {
    await start([{ name: 'body', onBody: () => undefined }, constant], (_, response) => {
      response.setHeader('trailer', 'x-checksum')
      response.write('ok')
      response.addTrailers({ 'x-checksum': '1' })
      response.end()
    })
    const { trailers, body } = await send('/')
    expect(body).toBe('ok')
    expect(trailers).toMatchObject({ 'x-checksum': '1' })
  })
})

describe('the end', () => {
  it('is told once, with status and length', async () => {
    const { guard, ends, next } = recorder()
    await start([guard], nodeRoutes(), { onError: () => {} })
    for (const [path, status] of [
      ['/ok', 200],
      ['/missing', 404],
      ['/throw', 500],
      ['/stream', 200],
      ['/empty', 204],
    ] as const) {
      const end = next()
      await send(path)
      expect(await end).toMatchObject({ status, aborted: false })
    }
    expect(ends[0]?.bytes).toBe(2)
    expect(ends).toHaveLength(5)
  })

  it('is told once when the client resets the stream', async () => {
    const { guard, ends, next } = recorder()
    await start([guard])
    const end = next()
    const stream = open('/hang')
    await once(stream, 'data')
    stream.close(constants.NGHTTP2_CANCEL)
    expect(await end).toEqual({ status: 200, aborted: true, bytes: undefined })
    expect((await send('/ok')).body).toBe('ok')
    expect(ends).toHaveLength(2)
  })

  it('is told once when the connection goes while a guard decides, and nobody is asked or served any more', async () => {
    const { guard, ends, next } = recorder()
    const asked = vi.fn()
    const served = vi.fn()
    const decision = deferred<undefined>()
    const arrival = deferred<undefined>()
    const slow: Guard = { name: 'slow', onRequest: () => (arrival.resolve(undefined), decision.promise) }
    await start([guard, slow, { name: 'later', onRequest: asked }], served)
    const end = next()
    open('/ok')
    await arrival.promise
    client.destroy()
    expect(await end).toMatchObject({ aborted: true })
    decision.resolve(undefined)
    await new Promise((resolve) => setImmediate(resolve))
    expect(ends).toHaveLength(1)
    expect(asked).not.toHaveBeenCalled()
    expect(served).not.toHaveBeenCalled()
  })

  it('leaves a guard alone that is mounted when the client has gone', async () => {
    const asked = vi.fn()
    const mounted = deferred<undefined>()
    const late = middleware([{ name: 'late', onRequest: asked, onClose: () => {} }])
    await start([constant], (request, response) => {
      response.on('close', () => late(request, response, asked))
      response.on('close', () => mounted.resolve(undefined))
      response.write('begun')
    })
    await once(open('/'), 'data')
    client.destroy()
    await mounted.promise
    expect(asked).not.toHaveBeenCalled()
  })

  it('knows the client although nobody asked before', async () => {
    const seen: unknown[] = []
    const over = deferred<undefined>()
    const onClose: Guard['onClose'] = ({ ip, secure, host }) => {
      seen.push({ ip, secure, host })
      over.resolve(undefined)
    }
    await start([{ name: 'log', onClose }])
    const stream = open('/hang', { ':authority': 'Shop.example' })
    await once(stream, 'data')
    client.destroy()
    await over.promise
    expect(seen).toEqual([{ ip: '127.0.0.1', secure: false, host: 'shop.example' }])
  })
})

describe('the host', () => {
  const hostOf = async (headers: OutgoingHttpHeaders): Promise<unknown> => {
    const seen: Exchange['host'][] = []
    await start([{ name: 'host', onRequest: (x) => (seen.push(x.host), undefined) }])
    await send('/ok', headers)
    return seen[0]
  }

  it('is the authority', async () => expect(await hostOf({ ':authority': 'Shop.example:80' })).toBe('shop.example:80'))
  it('is the host line without one', async () => expect(await hostOf({ host: 'shop.example' })).toBe('shop.example'))
  it('may be said twice', async () =>
    expect(await hostOf({ ':authority': 'shop.example', host: 'shop.example' })).toBe('shop.example'))
  it('is not known when the two differ', async () =>
    expect(await hostOf({ ':authority': 'shop.example', host: 'evil.example' })).toBeUndefined())
})

describe('attach', () => {
  it('guards what the server serves', async () => {
    await listen(attach(createServer(protect([], nodeRoutes())), [constant]))
    expect((await send('/missing')).headers).toMatchObject({ ':status': 404, 'x-constant': 'guard' })
  })

  it('guards CONNECT, which nobody takes', async () => {
    await listen(attach(createServer(protect([], nodeRoutes())), [constant]))
    const stream = client.request({ ':method': 'CONNECT', ':authority': 'db.internal:5432' })
    const [headers] = (await once(stream, 'response')) as [Answer['headers']]
    expect(headers).toMatchObject({ ':status': 405, 'x-constant': 'guard' })
    stream.close()
  })

  it('refuses CONNECT before its listener', async () => {
    const tunnel = vi.fn()
    const refuse: Guard = { name: 'no', onRequest: () => ({ status: 403 }) }
    await listen(attach(createServer(protect([], nodeRoutes())), [refuse]).on('connect', tunnel))
    const stream = client.request({ ':method': 'CONNECT', ':authority': 'db.internal:5432' })
    const [headers] = (await once(stream, 'response')) as [Answer['headers']]
    expect(headers[':status']).toBe(403)
    stream.close()
    expect(tunnel).not.toHaveBeenCalled()
  })
})
