import { channel } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { attach, protect } from '@seawall/guard/node'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { allowedHosts } from '../src/allowed-hosts.ts'
import { httpsRedirect, type HttpsRedirectOptions } from '../src/https-redirect.ts'
import { tlsMarker, type HiddenTlsMessage } from '../src/hidden-tls.ts'
import { answerOf, type Said } from './exchange.ts'
import { frameworks } from './frameworks.ts'
import { open, serve, type Ask } from './serve.ts'

function locationOf(said: Said, options?: HttpsRedirectOptions): string | undefined {
  return answerOf(httpsRedirect(options), said)?.headers?.['location'] as string | undefined
}

function statusOf(said: Said, options?: HttpsRedirectOptions): number | undefined {
  return answerOf(httpsRedirect(options), said)?.status
}

describe.each(Object.entries(frameworks))('on %s', (_name, start) => {
  it('sends plain http to https, and answers over https', async () => {
    const ask = await open(await start([allowedHosts(['shop.example']), httpsRedirect()], () => 'ok'))
    const plain = await ask('/?a=%20&b')
    expect([plain.status, plain.headers.location, plain.body]).toEqual([308, 'https://shop.example/?a=%20&b', ''])
    expect(plain.headers['cache-control']).toBe('no-store')
    expect((await ask('/nowhere', { method: 'POST' })).status).toBe(308)
    expect((await ask('/', { headers: { 'x-forwarded-proto': 'https' } })).status).toBe(200)
    expect((await ask('/', { headers: { host: 'evil.example' } })).status).toBe(400)
  })
})

describe('the status', () => {
  it.each([
    ['GET', 308, 301],
    ['HEAD', 308, 301],
    ['POST', 308, 308],
    ['DELETE', 308, 308],
    ['OPTIONS', 308, 308],
  ])('of %s is %i, and %i on request', (method, permanent, moved) => {
    expect(statusOf({ method })).toBe(permanent)
    expect(statusOf({ method }, { status: 301 })).toBe(moved)
  })
})

describe('the target', () => {
  it.each<[host: string | undefined, url: string, options: HttpsRedirectOptions, location: string | undefined]>([
    ['shop.example', '/', {}, 'https://shop.example/'],
    ['shop.example:80', '/a/b?c=/d?e', {}, 'https://shop.example/a/b?c=/d?e'],
    ['shop.example.', '/', {}, 'https://shop.example/'],
    ['shop.example:8080', '/', {}, 'https://shop.example/'],
    ['shop.example:8080', '/', { ports: { 8080: 8443 } }, 'https://shop.example:8443/'],
    ['shop.example:8081', '/', { ports: { 8080: 8443 } }, 'https://shop.example/'],
    ['shop.example', '/', { ports: { 80: 8443 } }, 'https://shop.example:8443/'],
    ['[::1]:8080', '/', { ports: { 8080: 443 } }, 'https://[::1]/'],
    ['other.example', '/x', { host: 'Shop.example' }, 'https://shop.example/x'],
    ['a@b', '/x', { host: 'shop.example:8443' }, 'https://shop.example:8443/x'],
    [undefined, '/x', { host: 'shop.example:443' }, 'https://shop.example/x'],
    ['shop.example', '//evil.example/', {}, 'https://shop.example//evil.example/'],
    ['shop.example', '/\\evil.example', {}, 'https://shop.example/\\evil.example'],
    ['shop.example', '/caf\u00c3\u00a9', {}, 'https://shop.example/caf%c3%a9'],
    ['shop.example', '/\r\nx: y', {}, 'https://shop.example/%0d%0ax:%20y'],
    ['shop.example', '*', {}, undefined],
    ['shop.example', 'shop.example:443', {}, undefined],
    ['shop.example', '?x', {}, undefined],
    [undefined, '/', {}, undefined],
    ['', '/', {}, undefined],
    ['a@evil.example', '/', {}, undefined],
    ['evil.example/x', '/', {}, undefined],
    ['shop.example:99999', '/', {}, undefined],
    ['shop..example', '/', {}, undefined],
  ])('of %j and %j with %j is %j', (host, url, options, location) => {
    expect(locationOf({ host, url }, options)).toBe(location)
    if (location === undefined) expect(statusOf({ host, url }, options)).toBe(400)
  })

  it('is made of an absolute-form target too', async () => {
    const ask = await serve(protect([httpsRedirect()], () => undefined))
    expect((await ask('http://shop.example?x')).headers.location).toBe('https://shop.example/?x')
    expect((await ask('http://evil.example/')).status).toBe(400)
  })

  it('is on the host that was asked for, whoever it is, and holds no line break', () => {
    const guard = httpsRedirect()
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true }), fc.webPath())
    fc.assert(
      fc.property(fc.oneof(text, fc.domain()), text, fc.boolean(), (host, path, isOrigin) => {
        const reply = answerOf(guard, { host, url: isOrigin ? `/${path}` : path })
        const location = reply?.headers?.['location']
        expect(reply?.status).toBe(location === undefined ? 400 : 308)
        if (location === undefined) return
        expect(location).toMatch(/^https:\/\/[!-~]+$/)
        expect(new URL(location as string).hostname).toBe(new URL(`http://${host}`).hostname.replace(/\.$/, ''))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('exempt', () => {
  const options = { exempt: ['/.well-known/acme-challenge/', 'GET /healthz'] }

  it.each([
    ['GET', '/.well-known/acme-challenge/token', undefined],
    ['GET', '/healthz?full', undefined],
    ['POST', '/healthz', 308],
    ['GET', '/healthz/', 308],
    ['GET', '/.well-known/acme-challenge', 308],
    ['GET', '/.well-known/acme-challenge/../../login', 308],
    ['GET', '/.well-known/acme-challenge/%2e%2e/login', 308],
    ['GET', '/.well-known/acme-challenge/..%2flogin', 308],
    ['GET', '/.well-known/acme-challenge//login', 308],
    ['GET', '/.Well-Known/acme-challenge/token', 308],
  ])('%s %s: %s', (method, url, status) => {
    expect(statusOf({ method, url }, options)).toBe(status)
  })

  it('goes before the host', () => {
    expect(statusOf({ url: '/healthz', host: undefined }, options)).toBeUndefined()
  })
})

/** What the channel tells for the rest of a test; while somebody listens there are no warnings. */
function listened(): unknown[] {
  const messages: unknown[] = []
  const listen = (message: unknown) => void messages.push(message)
  const told = channel('seawall:security-headers:hidden-tls')
  told.subscribe(listen)
  onTestFinished(() => {
    told.unsubscribe(listen)
  })
  return messages
}

/** Follows redirects as a browser behind a proxy that ends TLS: to the browser all is https, and it keeps cookies. */
async function browse(ask: Ask, sent: Record<string, string>): Promise<number[]> {
  const statuses: number[] = []
  const cookies: string[] = []
  while (statuses.length < 20) {
    const { status, headers } = await ask('/', { headers: { ...sent, cookie: cookies.join('; ') } })
    statuses.push(status)
    if (headers.location === undefined) break
    cookies.push(...(headers['set-cookie'] ?? []).map((line) => line.split(';')[0] as string))
  }
  return statuses
}

describe('does not loop where a proxy ends TLS', () => {
  const serveBehind = (trustedProxies: readonly string[], options?: HttpsRedirectOptions) =>
    serve(protect([httpsRedirect(options)], (_request, response) => response.end('ok'), { trustedProxies }))

  it.each<[title: string, trusted: string[], sent: Record<string, string>, statuses: number[]]>([
    ['and sends a scheme', ['127.0.0.1'], { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }, [200]],
    ['and is not trusted', [], { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }, [421]],
    ['and writes of https in capitals, behind another', [], { 'x-forwarded-proto': 'HTTPS, http' }, [421]],
    ['and speaks the other family of headers', ['127.0.0.1'], { forwarded: 'for=192.0.2.1;proto=https' }, [421]],
    ['and sends an address without a scheme', ['127.0.0.1'], { 'x-forwarded-for': '192.0.2.1' }, [421]],
    ['and sends an address with a port', ['127.0.0.1'], { 'x-forwarded-for': '192.0.2.1:5678' }, [421]],
    ['and sends nothing', [], {}, [308, 421]],
    ['and sends nothing though it is trusted', ['127.0.0.1'], {}, [308, 421]],
  ])('%s', async (_title, trusted, sent, statuses) => {
    listened()
    expect(await browse(await serveBehind(trusted), sent)).toEqual(statuses)
  })

  it.each<[title: string, trusted: string[], sent: Record<string, string>]>([
    ['plain http', [], {}],
    ['plain http from a client behind a proxy of its own', [], { 'x-forwarded-for': '10.1.2.3', via: '1.1 squid' }],
    ['plain http by a trusted proxy', ['127.0.0.1'], { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'http' }],
    [
      'plain http to a proxy that spoke TLS to the next',
      ['127.0.0.1'],
      { 'x-forwarded-for': '192.0.2.1, 127.0.0.1', 'x-forwarded-proto': 'http, https' },
    ],
  ])('and redirects %s each time', async (_title, trusted, sent) => {
    const ask = await serveBehind(trusted)
    expect((await ask('/', { headers: sent })).status).toBe(308)
    expect((await ask('/', { headers: sent })).status).toBe(308)
  })

  it('lets pass what would loop, on request', async () => {
    listened()
    const ask = await serveBehind([], { hiddenTls: 'pass' })
    expect(await browse(ask, { 'x-forwarded-proto': 'https' })).toEqual([200])
    expect(await browse(ask, {})).toEqual([308, 200])
  })

  it('uses a cookie that no browser keeps over plain http, and none on localhost, where they do', () => {
    expect(answerOf(httpsRedirect(), {})?.headers?.['set-cookie']).toBe(tlsMarker)
    expect(tlsMarker).toMatch(/^__Host-[^;]+; Path=\/; .*Secure/)
    const local = { host: 'localhost:3000', headers: { cookie: tlsMarker } }
    expect(answerOf(httpsRedirect(), local)).toMatchObject({ status: 308 })
    expect(answerOf(httpsRedirect(), local)?.headers).not.toHaveProperty('set-cookie')
  })

  it('tells the channel why', () => {
    const messages = listened()
    const refuses = httpsRedirect()
    answerOf(refuses, { url: '/a?b', headers: { 'x-forwarded-proto': 'https' } })
    answerOf(refuses, { headers: { 'x-forwarded-for': '192.0.2.1' } })
    answerOf(httpsRedirect({ hiddenTls: 'pass' }), { headers: { cookie: '__Host-seawall-tls=1' } })
    answerOf(refuses, {})
    const expected: HiddenTlsMessage[] = [
      { evidence: 'scheme-not-trusted', passed: false, path: '/a' },
      { evidence: 'scheme-not-sent', passed: false, path: '/' },
      { evidence: 'marker-returned', passed: true, path: '/' },
    ]
    expect(messages).toEqual(expected)
  })

  it('warns once where nobody listens to the channel', async () => {
    await setImmediate()
    const warnings: Error[] = []
    const listen = (warning: Error) => void warnings.push(warning)
    process.on('warning', listen)
    onTestFinished(() => void process.off('warning', listen))
    const guard = httpsRedirect()
    for (let times = 0; times < 3; times++) answerOf(guard, { headers: { 'x-forwarded-proto': 'https' } })
    await setImmediate()
    const codes = warnings.map((warning) => (warning as Error & { code?: string }).code)
    expect(codes).toEqual(['SEAWALL_HIDDEN_TLS'])
  })
})

it('does not open a WebSocket over plain http', async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  attach(server, [httpsRedirect()], { trustedProxies: ['127.0.0.1'] })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate()
    server.close()
  })
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed`
  const opening = (headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(url, { headers })
      socket.on('open', () => resolve(101))
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      socket.on('error', reject)
    })
  expect(await opening({})).toBe(308)
  expect(await opening({ 'x-forwarded-proto': 'wss' })).toBe(101)
})

it.each<[options: object, message: string]>([
  [{ status: 302 }, `'status' must be one of 308, 301`],
  [{ host: 'https://shop.example' }, `'host' must be a host`],
  [{ host: 'shop.example/' }, `'host' must be a host`],
  [{ host: 5 }, `'host' must be a host`],
  [{ ports: { http: 443 } }, `'ports' must be`],
  [{ ports: { 80: 0 } }, `'ports' must be`],
  [{ ports: { 80: '443' } }, `'ports' must be`],
  [{ ports: [443] }, `'ports' must be`],
  [{ host: 'shop.example', ports: {} }, `'ports' must be left out when 'host' is given`],
  [{ exempt: ['healthz'] }, `'exempt' must be`],
  [{ exempt: ['/'] }, `'exempt' must be`],
  [{ hiddenTls: 'allow' }, `'hiddenTls' must be`],
  [{ hosts: [] }, `did you mean 'host'?`],
])('refuses %j', (options, message) => {
  expect(() => httpsRedirect(options)).toThrow(message)
})
