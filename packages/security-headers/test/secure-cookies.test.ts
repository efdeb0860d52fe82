import { channel } from 'node:diagnostics_channel'
import { createServer, type Server } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import type { Guard } from '@seawall/guard'
import { guard as expressGuard } from '@seawall/guard/express'
import { guard as fastifyGuard } from '@seawall/guard/fastify'
import { guard as honoGuard } from '@seawall/guard/hono'
import { guard as koaGuard } from '@seawall/guard/koa'
import { protect } from '@seawall/guard/node'
import express from 'express'
import fc from 'fast-check'
import fastify from 'fastify'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import Koa from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CookieMessage } from '../src/cookie-channel.ts'
import type { SecureCookiesOptions } from '../src/cookie-policy.ts'
import { secureCookies } from '../src/secure-cookies.ts'
import { parseSetCookie } from '../src/set-cookie.ts'
import { cookiesAfter } from './exchange.ts'
import { open } from './serve.ts'

function after(line: string, options?: SecureCookiesOptions): string | undefined {
  return cookiesAfter(secureCookies(options), [line])[0]
}

describe('by default', () => {
  it.each([
    ['id=1', 'id=1; Secure; HttpOnly; SameSite=Lax'],
    [
      'id=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'id=1; Secure; HttpOnly; SameSite=Lax; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ],
    ['id=1; secure; HTTPONLY; samesite=lax', 'id=1; secure; HTTPONLY; samesite=lax'],
    ['id=1; Secure; HttpOnly; SameSite=Strict', 'id=1; Secure; HttpOnly; SameSite=Strict'],
    ['id=1; Secure=false; HttpOnly', 'id=1; SameSite=Lax; Secure=false; HttpOnly'],
    ['id=1; SameSite=None; Path=/', 'id=1; Secure; HttpOnly; SameSite=Lax; Path=/'],
    ['id=1; SameSite=nonsense', 'id=1; Secure; HttpOnly; SameSite=Lax'],
    ['id=1; SameSite', 'id=1; Secure; HttpOnly; SameSite=Lax'],
    ['id=1; SameSite=Strict; Path=/; SameSite=None', 'id=1; Secure; HttpOnly; SameSite=Lax; Path=/'],
    ['id=1; SameSite=Lax; SameSite=Strict', 'id=1; Secure; HttpOnly; SameSite=Strict'],
    ['id=1; Partitioned', 'id=1; Secure; HttpOnly; SameSite=Lax; Partitioned'],
    ['  id = "a,b c\u00e9%3B" ;Domain=x', '  id = "a,b c\u00e9%3B" ; Secure; HttpOnly; SameSite=Lax;Domain=x'],
    ['token', 'token; Secure; HttpOnly; SameSite=Lax'],
    ['', '; Secure; HttpOnly; SameSite=Lax'],
    ['id=1;', 'id=1; Secure; HttpOnly; SameSite=Lax;'],
    ['Secure=1; HttpOnly=1', 'Secure=1; Secure; SameSite=Lax; HttpOnly=1'],
  ])('%j leaves as %j', (line, expected) => {
    expect(after(line)).toBe(expected)
  })
})

describe('the options', () => {
  it.each<[line: string, options: SecureCookiesOptions, expected: string]>([
    ['id=1', { secure: false, httpOnly: false, sameSite: false }, 'id=1'],
    ['id=1', { sameSite: 'strict' }, 'id=1; Secure; HttpOnly; SameSite=Strict'],
    ['id=1; SameSite=Lax', { sameSite: 'strict' }, 'id=1; Secure; HttpOnly; SameSite=Strict'],
    ['id=1', { sameSite: 'none', secure: false }, 'id=1; Secure; HttpOnly; SameSite=None'],
    ['id=1; SameSite=Lax', { sameSite: 'none' }, 'id=1; Secure; HttpOnly; SameSite=Lax'],
    ['id=1; SameSite=None', { sameSite: false, secure: false }, 'id=1; Secure; HttpOnly; SameSite=None'],
    ['id=1', { partitioned: true, secure: false }, 'id=1; Secure; HttpOnly; SameSite=Lax; Partitioned'],
    ['id=1; partitioned', { partitioned: true }, 'id=1; Secure; HttpOnly; SameSite=Lax; partitioned'],
    ['csrf=1', { cookies: { csrf: { httpOnly: false } } }, 'csrf=1; Secure; SameSite=Lax'],
    ['csrf=1; HttpOnly', { cookies: { csrf: { httpOnly: false } } }, 'csrf=1; Secure; SameSite=Lax; HttpOnly'],
    ['csrf2=1', { cookies: { csrf: { httpOnly: false } } }, 'csrf2=1; Secure; HttpOnly; SameSite=Lax'],
    ['CSRF=1', { cookies: { csrf: { httpOnly: false } } }, 'CSRF=1; Secure; HttpOnly; SameSite=Lax'],
    ['ab-1=1', { cookies: { 'ab-*': { httpOnly: false } } }, 'ab-1=1; Secure; SameSite=Lax'],
    ['ab-1=1', { cookies: { 'a*': {}, 'ab-*': { sameSite: 'none' } } }, 'ab-1=1; Secure; HttpOnly; SameSite=None'],
    [
      'ab-1=1',
      { cookies: { 'ab-*': {}, 'ab-1': { sameSite: 'strict' } } },
      'ab-1=1; Secure; HttpOnly; SameSite=Strict',
    ],
    ['ab=1', { sameSite: 'strict', cookies: { ab: { httpOnly: false } } }, 'ab=1; Secure; SameSite=Strict'],
    ['ab=1; SameSite=None', { cookies: { ab: { sameSite: 'none' } } }, 'ab=1; Secure; HttpOnly; SameSite=None'],
    ['old=1', { exempt: ['old'] }, 'old=1'],
    ['old-1=1; SameSite=None', { exempt: ['old-*'], sameSite: 'strict' }, 'old-1=1; SameSite=None'],
    ['__Host-old=1; Domain=x', { exempt: ['__Host-old'] }, '__Host-old=1; Domain=x'],
    ['old=1', { exempt: ['ol'] }, 'old=1; Secure; HttpOnly; SameSite=Lax'],
  ])('%j with %j leaves as %j', (line, options, expected) => {
    expect(after(line, options)).toBe(expected)
  })

  it.each<[options: object, message: string]>([
    [{ secure: 'yes' }, `'secure' must be true or false`],
    [{ sameSite: 'Lax' }, `'sameSite' must be one of "none", "lax", "strict", false`],
    [{ sameSite: true }, `'sameSite' must be one of`],
    [{ httponly: false }, `did you mean 'httpOnly'?`],
    [{ cookies: { csrf: { httponly: false } } }, `did you mean 'httpOnly'?`],
    [{ cookies: { csrf: true } }, `Cannot secure cookie 'csrf'`],
    [{ cookies: { csrf: null } }, `Cannot secure cookie 'csrf'`],
    [{ cookies: { 'a b': {} } }, `'cookies' must be`],
    [{ cookies: { '*': {} } }, `'cookies' must be`],
    [{ cookies: ['csrf'] }, `'cookies' must be`],
    [{ exempt: ['a;b'] }, `'exempt' must be`],
    [{ exempt: ['*'] }, `'exempt' must be`],
    [{ exempt: ['a*b'] }, `'exempt' must be`],
    [{ exempt: 'a' }, `'exempt' must be`],
    [{ cookies: { '__Host-id': { secure: false } } }, `'secure' must be true with the prefix __host-`],
    [{ cookies: { '__Http-*': { httpOnly: false } } }, `'httpOnly' must be true with the prefix __http-`],
  ])('do not take %j', (options, message) => {
    expect(() => secureCookies(options)).toThrow(message)
  })
})

describe('a prefix', () => {
  const lenient: SecureCookiesOptions = { secure: false, httpOnly: false, sameSite: false }

  it.each([
    ['__Secure-id=1', '__Secure-id=1; Secure'],
    ['__SECURE-id=1; Domain=x', '__SECURE-id=1; Secure; Domain=x'],
    ['__Host-id=1', '__Host-id=1; Secure; Path=/'],
    ['__Host-id=1; Path=/; Secure', '__Host-id=1; Path=/; Secure'],
    ['__Http-id=1', '__Http-id=1; Secure; HttpOnly'],
    ['__Host-Http-id=1', '__Host-Http-id=1; Secure; HttpOnly; Path=/'],
    ['__host-http-id=1; Path=/', '__host-http-id=1; Secure; HttpOnly; Path=/'],
  ])('of %j gets what it promises: %j', (line, expected) => {
    expect(after(line, lenient)).toBe(expected)
  })

  it.each([
    '__Host-id=1; Domain=shop.example',
    '__Host-id=1; Path=/x',
    '__Host-Http-id=1; Path=',
    '=__Host-id=1',
    '__Secure-id',
  ])('that is contradicted keeps the cookie back: %j', (line) => {
    listened()
    expect(cookiesAfter(secureCookies(lenient), [line])).toEqual([])
    expect(cookiesAfter(secureCookies(lenient), ['a=1', line, 'b=2'])).toEqual(['a=1', 'b=2'])
  })
})

/** What the channel tells for the rest of a test; while somebody listens there are no warnings. */
function listened(): unknown[] {
  const messages: unknown[] = []
  const listen = (message: unknown) => void messages.push(message)
  const told = channel('seawall:security-headers:cookie')
  told.subscribe(listen)
  onTestFinished(() => {
    told.unsubscribe(listen)
  })
  return messages
}

describe('the channel', () => {
  function messagesOf(options: SecureCookiesOptions, ...lines: string[]): unknown[] {
    const messages = listened()
    cookiesAfter(secureCookies(options), lines)
    return messages
  }

  it.each<[line: string, finding: CookieMessage['finding'], dropped: boolean]>([
    ['__Host-id=secret; Domain=x', 'prefix-domain', true],
    ['__Host-id=secret; Path=/x', 'prefix-path', true],
    ['id=se\r\ncret', 'malformed', true],
    ['id=1; SameSite=None', 'same-site-raised', false],
    [`id=${'x'.repeat(4095)}`, 'too-large', false],
    ['id=1; Max-Age=34560001', 'too-long-lived', false],
    ['id=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT', 'too-long-lived', false],
  ])('says of %j', (line, finding, dropped) => {
    expect(messagesOf({}, line)).toEqual([{ cookie: line.split('=')[0], finding, dropped }])
  })

  it('says nothing of what is well', () => {
    const fine = [
      'id=1',
      'id=1; Max-Age=34560000',
      'id=1; Max-Age=9; Expires=Fri, 31 Dec 9999 23:59:59 GMT',
      'id=1; Expires=never',
    ]
    expect(messagesOf({ exempt: ['old'] }, ...fine, 'old=1; Max-Age=99999999; SameSite=None')).toEqual([])
  })

  it('is stood in for by a warning when a cookie is dropped and nobody listens', async () => {
    await setImmediate()
    const warnings: Error[] = []
    const listen = (warning: Error) => void warnings.push(warning)
    process.on('warning', listen)
    onTestFinished(() => void process.off('warning', listen))
    const guard = secureCookies()
    for (let times = 0; times < 3; times++) cookiesAfter(guard, ['__Host-id=secret; Domain=x'])
    for (let index = 0; index < 50; index++) cookiesAfter(guard, [`__Host-${index}=secret; Domain=x`])
    await setImmediate()
    expect(warnings).toHaveLength(16)
    expect(warnings[0]).toMatchObject({ code: 'SEAWALL_COOKIE_DROPPED', message: expect.stringContaining('__Host-id') })
    expect(warnings.join()).not.toContain('secret')
  })
})

describe('whatever the application sends', () => {
  const words = 'id|=|1|;|; | |\t|Secure|HttpOnly|SameSite=None|samesite=|Lax|Path=/|Domain=x|__Host-|__Http-|__Secure-'
  const piece = fc.constantFrom(...words.split('|'), 'Partitioned', '"', ',', '\u00e9', '\u20ac', '\r\n', '\0')
  const line = fc.oneof(
    fc.array(piece, { maxLength: 15 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
  )
  const options = fc.record({
    secure: fc.boolean(),
    httpOnly: fc.boolean(),
    sameSite: fc.constantFrom('none' as const, 'lax' as const, 'strict' as const, false as const),
    partitioned: fc.boolean(),
  })
  const ours = ['secure', 'httponly', 'samesite', 'path', 'partitioned']

  it('name and value stay, nothing is added but what was asked for, and no line break leaves', () => {
    listened()
    fc.assert(
      fc.property(line, options, (sent, policy) => {
        const left = after(sent, policy)
        if (left === undefined) return
        const [before, now] = [parseSetCookie(sent), parseSetCookie(left)]
        expect(left.slice(0, now.end)).toBe(sent.slice(0, before.end))
        expect(left).toMatch(/^[\t -~\u0080-\u00ff]*$/)
        const others = ({ attributes }: typeof now) =>
          attributes.filter(({ name }) => !ours.includes(name)).map(({ name, value }) => [name, value])
        expect(others(now)).toEqual(others(before))
        const has = (name: string) => now.attributes.some((one) => one.name === name)
        const sameSite = now.attributes.findLast(({ name }) => name === 'samesite')?.value.toLowerCase()
        const mustBeSecure = policy.secure || policy.partitioned || has('partitioned') || sameSite === 'none'
        if (mustBeSecure) expect(has('secure')).toBe(true)
        if (policy.httpOnly) expect(has('httponly')).toBe(true)
        if (policy.sameSite !== false) expect(now.attributes.filter(({ name }) => name === 'samesite')).toHaveLength(1)
      }),
      { numRuns: 3000 },
    )
  })

  it('a second look changes nothing', () => {
    listened()
    fc.assert(
      fc.property(line, options, (sent, policy) => {
        const once = after(sent, policy)
        if (once !== undefined) expect(after(once, policy)).toBe(once)
      }),
      { numRuns: 3000 },
    )
  })

  it('sees to what is no text', () => {
    expect(cookiesAfter(secureCookies(), [5 as never, 'a=1'])).toEqual([
      '5; Secure; HttpOnly; SameSite=Lax',
      'a=1; Secure; HttpOnly; SameSite=Lax',
    ])
  })
})

/** One small application per framework that sets two good cookies and a bad one in the framework's own way. */
const applications: Record<string, (guards: readonly Guard[]) => Server | Promise<Server>> = {
  'node:http': (guards) =>
    createServer(
      protect(guards, (_request, response) => {
        response.setHeader('set-cookie', ['id=1; Path=/', '__Host-bad=1; Domain=shop.example'])
        response.appendHeader('set-cookie', 'csrf=2; Path=/')
        response.end('ok')
      }),
    ),
  'node:http, in one go': (guards) =>
    createServer(
      protect(guards, (_request, response) => {
        const cookies = ['id=1; Path=/', '__Host-bad=1; Domain=shop.example', 'csrf=2; Path=/']
        response.writeHead(200, { 'Set-Cookie': cookies }).end('ok')
      }),
    ),
  'node:http, in one flat list': (guards) =>
    createServer(
      protect(guards, (_request, response) => {
        const bad = '__Host-bad=1; Domain=shop.example'
        response
          .writeHead(200, ['Set-Cookie', 'id=1; Path=/', 'Set-Cookie', bad, 'Set-Cookie', 'csrf=2; Path=/'])
          .end('ok')
      }),
    ),
  express: (guards) => {
    const app = express()
    app.use(expressGuard(guards))
    app.get('/', (_request, response) => {
      response.cookie('id', '1')
      response.cookie('__Host-bad', '1', { domain: 'shop.example' })
      response.cookie('csrf', '2').send('ok')
    })
    return createServer(app)
  },
  fastify: async (guards) => {
    const app = fastify()
    await app.register(fastifyGuard(guards))
    app.get('/', (_request, reply) => {
      reply.header('set-cookie', 'id=1; Path=/')
      reply.header('set-cookie', ['__Host-bad=1; Domain=shop.example', 'csrf=2; Path=/'])
      return 'ok'
    })
    await app.ready()
    return app.server
  },
  koa: (guards) => {
    const app = new Koa()
    app.use(koaGuard(guards))
    app.use((context) => {
      context.cookies.set('id', '1', { httpOnly: false })
      context.cookies.set('__Host-bad', '1', { httpOnly: false, domain: 'shop.example' })
      context.cookies.set('csrf', '2', { httpOnly: false })
      context.body = 'ok'
    })
    const handle = app.callback()
    return createServer((request, response) => void handle(request, response))
  },
  hono: (guards) => {
    const app = new Hono()
    app.use(honoGuard(guards))
    app.get('/', (context) => {
      setCookie(context, 'id', '1')
      context.header('set-cookie', '__Host-bad=1; Domain=shop.example', { append: true })
      setCookie(context, 'csrf', '2')
      return context.text('ok')
    })
    return createAdaptorServer({ fetch: app.fetch }) as Server
  },
}

it.each(Object.entries(applications))('reaches every cookie on %s', async (_name, start) => {
  listened()
  const ask = await open(await start([secureCookies({ cookies: { csrf: { httpOnly: false, sameSite: 'strict' } } })]))
  const lines = (await ask()).headers['set-cookie']?.map((line) => line.toLowerCase())
  expect(lines).toEqual(['id=1; secure; httponly; samesite=lax; path=/', 'csrf=2; secure; samesite=strict; path=/'])
})

it('reaches the cookies of hono off Node', async () => {
  const app = new Hono()
  app.use(honoGuard([secureCookies()]))
  app.get('/', (context) => {
    setCookie(context, 'id', '1')
    setCookie(context, 'theme', '2')
    return context.text('ok')
  })
  expect((await app.request('/')).headers.getSetCookie()).toEqual([
    'id=1; Secure; HttpOnly; SameSite=Lax; Path=/',
    'theme=2; Secure; HttpOnly; SameSite=Lax; Path=/',
  ])
})
