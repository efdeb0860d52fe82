import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { attach, protect } from '@seawall/guard/node'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { allowedHosts } from '../src/allowed-hosts.ts'
import { answerOf } from './exchange.ts'
import { frameworks } from './frameworks.ts'
import { open, serve } from './serve.ts'

type Verdict = 'taken' | 'refused'

describe('beside Django 5.2, where example.com, all below it and two addresses are allowed', () => {
  /** Host, what Django says, what we say. */
  const table: [host: string, django: Verdict, ours: Verdict][] = [
    ['example.com', 'taken', 'taken'],
    ['EXAMPLE.com:8080', 'taken', 'taken'],
    ['www.example.com', 'taken', 'taken'],
    ['example.com.', 'taken', 'taken'],
    ['example.com.:80', 'taken', 'taken'],
    ['[::1]:80', 'taken', 'taken'],
    ['[::ffff:1.2.3.4]', 'taken', 'taken'],
    ['notexample.com', 'refused', 'refused'],
    ['example.com.evil.example', 'refused', 'refused'],
    ['::1', 'refused', 'refused'],
    ['ex_ample.com', 'refused', 'refused'],
    ['example.com:abc', 'refused', 'refused'],
    ['example.com:', 'refused', 'refused'],
    ['a@b.com', 'refused', 'refused'],
    ['example.com/evil', 'refused', 'refused'],
    ['', 'refused', 'refused'],
    ['ex\u00e4mple.com', 'refused', 'refused'],
    ['[fe80::1%25eth0]', 'refused', 'refused'],
    ['foo..example.com', 'taken', 'refused'],
    ['-x.example.com', 'taken', 'refused'],
    ['example.com:99999', 'taken', 'refused'],
    ['.example.com', 'taken', 'refused'],
  ]

  it.each(table)('%j is %s by Django and %s by us', async (host, _django, ours) => {
    const guards = [allowedHosts(['.example.com', '[::1]', '[::ffff:1.2.3.4]'])]
    const ask = await serve(protect(guards, (_request, response) => response.end('ok')))
    const { status } = await ask('/', { headers: { host: Buffer.from(host).toString('latin1') } })
    expect(status).toBe(ours === 'taken' ? 200 : 400)
  })

  it('takes nothing that Django refuses', () => {
    expect(table.filter(([, django, ours]) => django === 'refused' && ours === 'taken')).toEqual([])
  })
})

describe('patterns', () => {
  it.each([
    ['shop.example', 'shop.example', true],
    ['shop.example', 'www.shop.example', false],
    ['Shop.Example.', 'shop.example', true],
    ['.shop.example', 'shop.example', true],
    ['.shop.example', 'a.b.shop.example:3000', true],
    ['.shop.example', 'xshop.example', false],
    ['shop.example:8443', 'shop.example:8443', true],
    ['shop.example:8443', 'shop.example', false],
    ['shop.example:8443', 'shop.example:443', false],
    ['.shop.example:8443', 'www.shop.example:8443', true],
    ['[0:0::1]', '[::1]:80', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['*', 'any.example', true],
    ['*', 'any..example', false],
    ['*', '', false],
    ['*', undefined, false],
  ])('%s and %s: %s', (pattern, host, taken) => {
    expect(answerOf(allowedHosts([pattern]), { host }) === undefined).toBe(taken)
  })

  it.each([
    '',
    '.',
    '**',
    '*.shop.example',
    'https://shop.example',
    'shop.example/',
    'shop_.example',
    '.192.0.2.1',
    '.[::1]',
    'a b',
    '^shop',
  ])('refuses %j', (pattern) => {
    expect(() => allowedHosts([pattern])).toThrow(RangeError)
  })

  it('are a list of at least one', () => {
    expect(() => allowedHosts([])).toThrow(`'patterns' must be an array of at least one host`)
    expect(() => allowedHosts(undefined as never)).toThrow(TypeError)
    expect(() => allowedHosts('shop.example' as never)).toThrow(TypeError)
    expect(() => allowedHosts([/shop/] as never)).toThrow(TypeError)
    expect(() => allowedHosts(['*'], { status: 403 as never })).toThrow(RangeError)
    expect(() => allowedHosts(['*'], { exempts: [] } as never)).toThrow(`did you mean 'exempt'?`)
  })
})

describe('a refusal', () => {
  it.each(Object.entries(frameworks))(
    'is a problem document that does not repeat the host on %s',
    async (_name, start) => {
      const ask = await open(await start([allowedHosts(['shop.example'])], () => 'ok'))
      const { status, headers, body } = await ask('/', { headers: { host: 'evil.example' } })
      expect(status).toBe(400)
      expect(headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', title: 'Bad Request', status: 400 })
      expect(body).not.toContain('evil')
      expect((await ask('/')).status).toBe(200)
    },
  )

  it('is a 421 on request', () => {
    expect(answerOf(allowedHosts(['shop.example'], { status: 421 }), { host: 'evil.example' })?.status).toBe(421)
  })

  it('is not for exempt paths, whatever the host', () => {
    const guard = allowedHosts(['shop.example'], { exempt: ['/healthz'] })
    expect(answerOf(guard, { host: '10.0.0.7:8080', url: '/healthz?full' })).toBeUndefined()
    expect(answerOf(guard, { host: undefined, url: '/healthz' })).toBeUndefined()
    expect(answerOf(guard, { host: '10.0.0.7:8080', url: '/healthz/../admin' })?.status).toBe(400)
    expect(answerOf(guard, { host: '10.0.0.7:8080', url: '/' })?.status).toBe(400)
  })
})

describe('on the wire', () => {
  const server = () =>
    attach(
      createServer((_request, response) => response.end('ok')).on('upgrade', (_request, socket) =>
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
      ),
      [allowedHosts(['a', '.proxied.example'])],
      { trustedProxies: ['127.0.0.1'] },
    )

  it.each([
    ['one host', 'GET / HTTP/1.1\r\nHost: a\r\n', 200],
    ['no host', 'GET / HTTP/1.0\r\n', 400],
    ['an empty host', 'GET / HTTP/1.1\r\nHost:\r\n', 400],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n', 400],
    ['the same host twice', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n', 400],
    ['a target that repeats the host', 'GET http://a/ HTTP/1.1\r\nHost: a\r\n', 200],
    ['a target that contradicts the host', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n', 400],
    [
      'the host that a trusted proxy names',
      'GET / HTTP/1.1\r\nHost: b\r\nX-Forwarded-Host: www.proxied.example\r\n',
      200,
    ],
    ['another that a trusted proxy names', 'GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: evil.example\r\n', 400],
    ['an upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n', 101],
    ['an upgrade for another host', 'GET / HTTP/1.1\r\nHost: b\r\nUpgrade: x\r\nConnection: upgrade\r\n', 400],
  ])('%s', async (_name, head, status) => {
    const closing = head.includes('Upgrade') ? head : `${head}Connection: close\r\n`
    const listening = server().listen(0, '127.0.0.1')
    onTestFinished(() => void listening.close())
    await new Promise((resolve) => listening.once('listening', resolve))
    const socket = connect((listening.address() as AddressInfo).port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.write(`${closing}\r\n`)
    let text = ''
    for await (const chunk of socket) text += chunk as string
    expect(text.split('\r\n')[0]).toContain(` ${status} `)
  })
})

it('gives the same verdict again, and after any number of other hosts', () => {
  const guard = allowedHosts(['shop.example'])
  const verdicts = () => ['shop.example', 'evil.example'].map((host) => answerOf(guard, { host })?.status)
  const first = verdicts()
  for (let index = 0; index < 5000; index++) answerOf(guard, { host: `h${index}.example` })
  expect(first).toEqual([undefined, 400])
  expect(verdicts()).toEqual(first)
})

it('takes no text that is not a host, and throws for none', () => {
  const any = allowedHosts(['*'])
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain(), fc.string({ unit: 'binary' }), fc.webAuthority()), (host) => {
      const reply = answerOf(any, { host })
      if (reply === undefined) expect(host).toMatch(/^[a-z0-9.:[\]-]+$/)
      else expect(JSON.stringify(reply)).not.toMatch(/\\r|\\n/)
    }),
    { numRuns: 2000 },
  )
})
