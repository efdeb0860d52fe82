import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Exchange, Guard, GuardOptions } from '../src/index.ts'
import { exchangeOf, nodeOf } from '../src/index.ts'
import { send, sendRaw } from './client.ts'
import { deferred } from './deferred.ts'
import { secret, type Running, type Setup } from './framework.ts'
import { frameworks } from './frameworks.ts'
import { recorder } from './recorder.ts'

const constant: Guard = { name: 'constant', headers: { 'x-constant': 'guard', 'x-other': 'always' } }

/** A guard that answers with what it is told about the client. */
const whoami: Guard = {
  name: 'whoami',
  onRequest: ({ ip, secure, host, path }) => ({ status: 200, body: JSON.stringify({ ip, secure, host, path }) }),
}

describe.each(frameworks)('$name', (framework) => {
  let running: Running | undefined
  const stop = async (): Promise<void> => {
    await running?.close()
    running = undefined
  }
  afterEach(stop)
  const start = async (...guards: Guard[]): Promise<number> => startWith({ guards })
  const startWith = async (setup: Setup): Promise<number> => (running = await framework.start(setup)).port

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
      ['/json', 200],
    ])('puts constants on %s, a %i', async (path, status) => {
      const answer = await send(await start(constant), path)
      expect(answer.status).toBe(status)
      expect(answer.headers['x-constant']).toBe('guard')
      expect(answer.all('x-other')).toEqual(['always'])
    })

    it('puts constants on HEAD', async () => {
      const answer = await send(await start(constant), '/ok', { method: 'HEAD' })
      expect(answer).toMatchObject({ status: 200, body: '' })
      expect(answer.headers['x-constant']).toBe('guard')
    })

    it('puts constants on the 429 of a guard', async () => {
      const limit: Guard = {
        name: 'limit',
        onRequest: () => ({ status: 429, headers: { 'retry-after': '7' }, body: 'later' }),
      }
      const answer = await send(await start(constant, limit), '/ok')
      expect(answer).toMatchObject({ status: 429, body: 'later' })
      expect(answer.headers).toMatchObject({ 'retry-after': '7', 'x-constant': 'guard', 'x-other': 'always' })
    })

    it('lets the handler have its own way with a constant', async () => {
      const answer = await send(await start(constant), '/own')
      expect(answer.all('x-constant')).toEqual(['own'])
      expect(answer.all('x-other')).toEqual(['always'])
    })

    it('leaves the body of a response as it is', async () => {
      const port = await start(constant)
      expect((await send(port, '/ok')).body).toBe('ok')
      expect((await send(port, '/stream')).body).toBe('one two three')
      expect(JSON.parse((await send(port, '/json')).body)).toEqual({ a: 1 })
    })

    it('carries what a guard sets to a 200, a 404 and a 500, and not past what the handler sets', async () => {
      const setter: Guard = {
        name: 'setter',
        onRequest: (x) => (x.set('x-constant', 'set'), x.set('x-request', x.path), undefined),
      }
      const port = await start(setter)
      for (const path of ['/ok', '/missing', '/throw'])
        expect((await send(port, path)).headers).toMatchObject({ 'x-constant': 'set', 'x-request': path })
      expect((await send(port, '/own')).all('x-constant')).toEqual(['own'])
    })

    it('adds cookies of guards to those of the handler', async () => {
      const setter = (name: string): Guard => ({
        name,
        onRequest: (x) => (x.set('set-cookie', `${name}=1`), undefined),
      })
      const port = await start(setter('x'), setter('y'))
      expect((await send(port, '/cookies')).all('set-cookie').toSorted()).toEqual(['a=1', 'b=2', 'x=1', 'y=1'])
      expect((await send(port, '/ok')).all('set-cookie')).toEqual(['x=1', 'y=1'])
    })

    it('removes the headers that must not leave', async () => {
      const remover: Guard = { name: 'remover', remove: ['x-constant', 'x-powered-by'] }
      const answer = await send(await start(remover), '/own')
      expect(answer.headers).not.toHaveProperty('x-constant')
      expect(answer.headers).not.toHaveProperty('x-powered-by')
    })

    it('refuses a header that could split the response, and sends nothing of it', async () => {
      const bad: Guard = { name: 'bad', onRequest: (x) => (x.set('x-bad', 'a\r\nx-injected: 1'), undefined) }
      const onError = vi.fn()
      const answer = await send(await startWith({ guards: [bad, constant], options: { onError } }), '/ok')
      expect(answer.status).toBe(500)
      expect(answer.headers).not.toHaveProperty('x-injected')
      expect(answer.headers['x-constant']).toBe('guard')
    })
  })

  describe('order', () => {
    const step = (name: string, seen: string[], reply?: ReturnType<NonNullable<Guard['onRequest']>>): Guard => ({
      name,
      onRequest: () => {
        seen.push(name)
        return reply
      },
    })

    it('runs guards in order, synchronous and asynchronous', async () => {
      const seen: string[] = []
      const answer = await send(
        await start(step('a', seen), step('b', seen, Promise.resolve(undefined)), step('c', seen)),
        '/ok',
      )
      expect(seen).toEqual(['a', 'b', 'c'])
      expect(answer).toMatchObject({ status: 200, body: 'ok' })
    })

    it('stops at the first reply', async () => {
      const seen: string[] = []
      const answer = await send(await start(step('a', seen, { status: 403, body: 'no' }), step('b', seen)), '/ok')
      expect(seen).toEqual(['a'])
      expect(answer).toMatchObject({ status: 403, body: 'no' })
    })

    it('stops at the first reply that was promised', async () => {
      const seen: string[] = []
      const port = await start(
        step('a', seen, Promise.resolve(undefined)),
        step('b', seen, Promise.resolve({ status: 403, body: Buffer.from('no') })),
        step('c', seen),
      )
      expect(await send(port, '/ok')).toMatchObject({ status: 403, body: 'no' })
      expect(seen).toEqual(['a', 'b'])
    })

    it('answers a reply without a body, and HEAD without one', async () => {
      const port = await start({ name: 'empty', onRequest: (x) => ({ status: x.path === '/ok' ? 403 : 204 }) })
      expect(await send(port, '/ok')).toMatchObject({ status: 403, body: '' })
      expect(await send(port, '/own')).toMatchObject({ status: 204, body: '' })
    })

    it('answers a refused upload and serves the next request', async () => {
      const port = await start({
        name: 'no',
        onRequest: (x) => (x.method === 'POST' ? { status: 413, body: 'no' } : undefined),
      })
      const answer = await send(port, '/echo', { method: 'POST', body: 'x'.repeat(1_000_000) })
      expect(answer.status).toBe(413)
      expect((await send(port, '/ok')).status).toBe(200)
    })
  })

  describe('body', () => {
    const spy = (seen: unknown[]): Guard => ({ name: 'spy', onRequest: (x) => (seen.push(x.body), undefined) })

    it('is undefined before the parser and there behind it', async () => {
      const before: unknown[] = []
      const behind: unknown[] = []
      const port = await startWith({ guards: [spy(before)], routeGuards: [spy(behind)] })
      const body = JSON.stringify({ username: 'ada' })
      const answer = await send(port, '/echo', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(JSON.parse(answer.body)).toEqual({ username: 'ada' })
      expect(before).toEqual([undefined])
      expect(behind).toEqual([{ username: 'ada' }])
    })
  })

  describe('mounted globally and again on a route', () => {
    const post = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }

    it('shares one exchange', async () => {
      const seen: Exchange[] = []
      const key = Symbol('mark')
      const first: Guard = { name: 'first', onRequest: (x) => (seen.push(x), x.state.set(key, 1), undefined) }
      const second: Guard = { name: 'second', onRequest: (x) => (seen.push(x), undefined) }
      await send(await startWith({ guards: [first], routeGuards: [second] }), '/echo', post)
      expect(seen[0]).toBe(seen[1])
      expect(seen[1]?.state.get(key)).toBe(1)
    })

    it("finds the exchange of the framework's own object", async () => {
      const seen: unknown[] = []
      const probe: Guard = {
        name: 'probe',
        onRequest: (x) => (seen.push(exchangeOf(x.raw as object) === x, exchangeOf(x) === x), undefined),
      }
      await send(await startWith({ guards: [probe], routeGuards: [probe] }), '/echo', post)
      expect(seen).toEqual([true, true, true, true])
    })

    it("finds Node's own request and response", async () => {
      const seen: unknown[] = []
      const probe: Guard = {
        name: 'probe',
        onRequest: (x) => {
          const pair = nodeOf(x)
          seen.push(pair?.request.url, pair?.response.headersSent)
          return undefined
        },
      }
      await send(await startWith({ guards: [probe] }), '/ok')
      expect(seen).toEqual(['/ok', false])
    })

    it('asks a guard that stands in both twice, and lets it look at the head and the end once', async () => {
      const seen: string[] = []
      let closed = (): void => {}
      const over = new Promise<void>((resolve) => (closed = resolve))
      const both: Guard = {
        name: 'both',
        headers: { 'x-both': '1' },
        onRequest: () => (seen.push('request'), undefined),
        onHead: () => void seen.push('head'),
        onClose: () => (seen.push('close'), closed()),
      }
      const answer = await send(await startWith({ guards: [both], routeGuards: [both] }), '/echo', post)
      await over
      expect(seen).toEqual(['request', 'request', 'head', 'close'])
      expect(answer.all('x-both')).toEqual(['1'])
    })

    it('lets the first mount say which proxies are trusted, and a route add constants', async () => {
      const late: Guard = { name: 'late', headers: { 'x-constant': 'route' } }
      const answer = await send(await startWith({ guards: [constant], routeGuards: [late] }), '/echo', post)
      expect(answer.all('x-constant')).toEqual(['route'])
      expect(answer.all('x-other')).toEqual(['always'])
    })
  })

  describe('head', () => {
    it('sees and rewrites cookies', async () => {
      const harden: Guard = {
        name: 'harden',
        onHead: (_, head) => {
          const cookies = [head.get('set-cookie') ?? []].flat()
          if (cookies.length > 0)
            head.set(
              'set-cookie',
              cookies.map((cookie) => `${cookie}; Secure`),
            )
        },
      }
      const answer = await send(await start(constant, harden), '/cookies')
      expect(answer.all('set-cookie')).toEqual(['a=1; Secure', 'b=2; Secure'])
      expect(answer.headers['x-constant']).toBe('guard')
    })

    it('changes, adds and removes on every outcome', async () => {
      const change: Guard = {
        name: 'change',
        onHead: (_, head) => {
          head.delete('x-other')
          head.append('vary', 'origin')
          head.append('vary', 'accept')
          head.set('x-status', String(head.status))
        },
      }
      const port = await start(constant, change)
      for (const [path, status] of [
        ['/ok', '200'],
        ['/missing', '404'],
        ['/throw', '500'],
        ['/stream', '200'],
        ['/redirect', '302'],
      ] as const) {
        const { headers } = await send(port, path)
        expect(headers).toMatchObject({
          'x-status': status,
          'x-constant': 'guard',
          vary: expect.stringMatching(/origin, ?accept/),
        })
        expect(headers).not.toHaveProperty('x-other')
      }
    })

    it('turns a 200 into a 304 without a length', async () => {
      const port = await start({ name: 'unchanged', onHead: (_, head) => void (head.status = 304) })
      const answer = await sendRaw(port, 'GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      expect(answer).toMatch(/^HTTP\/1\.1 304 Not Modified\r\n/)
      expect(answer.toLowerCase()).not.toContain('content-length')
      expect(answer.endsWith('\r\n\r\n')).toBe(true)
    })

    it('goes out although a guard throws there, and the throw is reported', async () => {
      const onError = vi.fn()
      const bad: Guard = {
        name: 'bad',
        onHead: () => {
          throw new Error(secret)
        },
      }
      const answer = await send(await startWith({ guards: [bad, constant], options: { onError } }), '/ok')
      expect(answer).toMatchObject({ status: 200, body: 'ok' })
      expect(answer.headers['x-constant']).toBe('guard')
      expect(onError).toHaveBeenCalledWith(
        new Error(secret),
        expect.objectContaining({ guard: 'bad', moment: 'onHead' }),
      )
    })
  })

  describe('body hook', () => {
    const seenBy = (seen: string[]): Guard => ({
      name: 'seer',
      onBody: (_, _head, body) => (seen.push(Buffer.from(body as string).toString()), undefined),
    })

    it('sees a whole body', async () => {
      const seen: string[] = []
      const port = await start(constant, seenBy(seen))
      const text = await send(port, '/ok')
      expect(text).toMatchObject({ status: 200, body: 'ok' })
      expect(text.headers).toMatchObject({ 'x-constant': 'guard', 'content-length': '2' })
      await send(port, '/json')
      expect(seen[0]).toBe('ok')
      expect(JSON.parse(seen[1] ?? '')).toEqual({ a: 1 })
    })

    it('never sees a stream, HEAD, 204 or 304', async () => {
      const seen: string[] = []
      const port = await start(seenBy(seen), constant)
      const streamed = await send(port, '/stream')
      expect(streamed.body).toBe('one two three')
      expect(streamed.headers['x-constant']).toBe('guard')
      for (const path of ['/empty', '/unchanged']) await send(port, path)
      await send(port, '/ok', { method: 'HEAD' })
      expect(seen).toEqual([])
    })

    it('replaces a body, and its length with it', async () => {
      const port = await start({
        name: 'tag',
        onBody: (_, head, body) => {
          head.set('etag', `"${body.length}"`)
          return { status: 203, headers: { 'x-replaced': '1' }, body: 'something längər' }
        },
      })
      const answer = await send(port, '/ok')
      expect(answer).toMatchObject({ status: 203, body: 'something längər' })
      expect(answer.headers).toMatchObject({ etag: '"2"', 'x-replaced': '1', 'content-length': '18' })
    })

    it('answers 304 in place of a body', async () => {
      const port = await start({ name: 'cached', onBody: () => ({ status: 304, headers: { etag: '"x"' } }) })
      const raw = await sendRaw(port, 'GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      expect(raw).toMatch(/^HTTP\/1\.1 304 Not Modified\r\n/)
      expect(raw.toLowerCase()).not.toContain('content-length')
      expect(raw.endsWith('\r\n\r\n')).toBe(true)
    })

    it('lets the body go although a guard throws there', async () => {
      const onError = vi.fn()
      const port = await startWith({
        guards: [
          {
            name: 'bad',
            onBody: () => {
              throw new Error(secret)
            },
          },
          constant,
        ],
        options: { onError },
      })
      expect(await send(port, '/ok')).toMatchObject({ status: 200, body: 'ok' })
      expect(onError).toHaveBeenCalledOnce()
    })
  })

  describe('end', () => {
    it('is told once, with status and length', async () => {
      const { guard, ends, next } = recorder()
      const port = await start(guard)
      for (const [path, status] of [
        ['/ok', 200],
        ['/missing', 404],
        ['/throw', 500],
        ['/stream', 200],
      ] as const) {
        const end = next()
        await send(port, path)
        expect(await end).toMatchObject({ status, aborted: false })
      }
      expect(ends[0]?.bytes).toBe(2)
      expect(ends[3]?.bytes).toBeUndefined()
      expect(ends).toHaveLength(4)
    })

    it('is told once when the client goes away in the middle', async () => {
      const { guard, ends, next } = recorder()
      const port = await start(guard)
      const end = next()
      await sendRaw(port, 'GET /hang HTTP/1.1\r\nHost: a\r\n\r\n', 'begun')
      expect(await end).toEqual({ status: 200, aborted: true, bytes: undefined })
      expect(ends).toHaveLength(1)
    })

    it('knows the client although nobody asked while it was there', async () => {
      const { promise, resolve } = deferred<string>()
      const port = await start({ name: 'log', onClose: (x) => resolve(x.ip) })
      await sendRaw(port, 'GET /hang HTTP/1.1\r\nHost: a\r\n\r\n', 'begun')
      expect(await promise).toBe('127.0.0.1')
    })

    it('is told of a reply, and a throw there is reported', async () => {
      const onError = vi.fn()
      const { guard, next } = recorder()
      const bad: Guard = {
        name: 'bad',
        onClose: () => {
          throw new Error(secret)
        },
      }
      const stop: Guard = { name: 'stop', onRequest: () => ({ status: 429, body: 'no' }) }
      const port = await startWith({ guards: [bad, guard, stop], options: { onError } })
      const end = next()
      await send(port, '/ok')
      expect(await end).toMatchObject({ status: 429, aborted: false, bytes: 2 })
      expect(onError).toHaveBeenCalledWith(
        new Error(secret),
        expect.objectContaining({ guard: 'bad', moment: 'onClose' }),
      )
    })
  })

  describe('a throw in onRequest', () => {
    it.each([
      [
        'thrown',
        (): never => {
          throw new Error(secret)
        },
      ],
      ['rejected', (): Promise<undefined> => Promise.reject(new Error(secret))],
    ])("becomes the framework's 500 when %s", async (_, onRequest) => {
      const onError = vi.fn()
      const port = await startWith({ guards: [constant, { name: 'bad', onRequest }], options: { onError } })
      const answer = await send(port, '/ok')
      expect(answer.status).toBe(500)
      expect(answer.headers['x-constant']).toBe('guard')
      expect(answer.body).not.toContain(secret)
      expect(answer.body).not.toContain('at ')
      if (framework.name === 'node:http')
        expect(onError).toHaveBeenCalledExactlyOnceWith(
          new Error(secret),
          expect.objectContaining({ guard: 'bad', moment: 'onRequest' }),
        )
    })
  })

  describe('the path', () => {
    it.each([
      ['/ok#x'],
      ['/ok?#x'],
      ['/x/../ok'],
      ['/x/%2E%2e/ok'],
      ['/x/..\\ok'],
      ['/./ok'],
      ['http://a/x/../ok'],
      ['http://a/ok#x'],
    ])('is never another than the one that is served: %s', async (target) => {
      const seen: string[] = []
      const port = await start({ name: 'path', onRequest: (x) => (seen.push(x.path), undefined) })
      const raw = await sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
      const isServed = raw.startsWith('HTTP/1.1 200')
      expect(isServed ? seen : ['/ok']).toEqual(['/ok'])
    })
  })

  describe('the client', () => {
    const ask = async (options: GuardOptions, headers: Record<string, string>): Promise<unknown> =>
      JSON.parse((await send(await startWith({ guards: [whoami], options }), '/ok', { headers })).body)
    const forged = {
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=6.6.6.6;proto=https;host=evil.example',
    }

    it('is the socket when nobody is trusted, whatever the headers say', async () => {
      expect(await ask({}, { ...forged, host: 'Shop.example:80' })).toEqual({
        ip: '127.0.0.1',
        secure: false,
        host: 'shop.example:80',
        path: '/ok',
      })
    })

    it('is what one trusted proxy says, and not what came before it', async () => {
      const headers = {
        'x-forwarded-for': '6.6.6.6, 203.0.113.7',
        'x-forwarded-proto': 'http, https',
        'x-forwarded-host': 'evil.example, shop.example',
        forwarded: 'for=6.6.6.6',
      }
      const seen = { ip: '203.0.113.7', secure: true, host: 'shop.example' }
      expect(await ask({ trustedProxies: ['127.0.0.0/8'] }, headers)).toMatchObject(seen)
      await running?.close()
      expect(await ask({ trustedProxies: 1 }, headers)).toMatchObject(seen)
    })

    it('is what two trusted proxies say', async () => {
      const headers = {
        'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.0.0.5',
        'x-forwarded-proto': 'http, https, http',
        host: 'shop.example',
      }
      const seen = { ip: '203.0.113.7', secure: true, host: 'shop.example' }
      expect(await ask({ trustedProxies: ['127.0.0.1', '10.0.0.0/8'] }, headers)).toMatchObject(seen)
      await running?.close()
      expect(await ask({ trustedProxies: 2 }, headers)).toMatchObject(seen)
    })

    it('is what Forwarded says when that family is chosen, and never the other', async () => {
      const headers = {
        ...forged,
        forwarded: 'for=6.6.6.6;proto=http, for="[2001:db8::7]:4711";proto=https;host=shop.example',
      }
      expect(await ask({ trustedProxies: ['127.0.0.1'], proxyHeaders: 'forwarded' }, headers)).toMatchObject({
        ip: '2001:db8::7',
        secure: true,
        host: 'shop.example',
      })
    })

    it('has the path of an absolute-form target', async () => {
      const port = await startWith({ guards: [whoami] })
      const raw = await sendRaw(
        port,
        'GET http://shop.example/ok?x=1 HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n',
      )
      expect(raw).toContain('"path":"/ok"')
      expect(raw).toContain('"host":"shop.example"')
      const other = await sendRaw(
        port,
        'GET http://evil.example/ok HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n',
      )
      expect(other).not.toContain('"host"')
    })

    it('has no host when it named two', async () => {
      const port = await startWith({ guards: [whoami] })
      const raw = await sendRaw(
        port,
        'GET /ok HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\nConnection: close\r\n\r\n',
      )
      expect(raw).toMatch(/^HTTP\/1\.1 (200|400)/)
      expect(raw).not.toContain('"host"')
    })
  })

  it('keeps requests on one connection apart', async () => {
    const port = await start({ name: 'path', onRequest: (x) => (x.set('x-path', x.url), undefined) })
    const one = (path: string, close = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${close}\r\n`
    const raw = await sendRaw(port, one('/ok?1') + one('/stream?2') + one('/missing?3', 'Connection: close\r\n'))
    expect([...raw.matchAll(/x-path: (\S+)/gi)].map((match) => match[1])).toEqual(['/ok?1', '/stream?2', '/missing?3'])
  })
})
