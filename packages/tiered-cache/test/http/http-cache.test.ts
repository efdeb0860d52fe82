import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, inject, test, vi } from 'vitest'
import type { GuardOptions } from '@seawall/guard'
import { httpCache, type HttpCacheOptions } from '../../src/http.ts'
import { createCache, createFragments, memoryTier, type Cache } from '../../src/index.ts'
import { redisTier } from '../../src/redis.ts'
import { gate } from '../gate.ts'
import { frameworks, type Answer, type Handler, type Running } from './frameworks.ts'

const redis = new Redis(inject('redisUrl'))
const running: Running[] = []
const caches: Cache[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
  await Promise.all(caches.splice(0).map((cache) => cache.close()))
})
afterAll(() => redis.quit())

interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

type Headers = Record<string, string>

function get(port: number, path: string, headers: Headers = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, path, method, headers, agent: false, host: '127.0.0.1' }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() })
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

const memoryCache = () => {
  const cache = createCache({ namespace: `test-${randomUUID()}`, tiers: [memoryTier({ maxEntries: 1_000 })] })
  caches.push(cache)
  return cache
}

const [[, startNode]] = frameworks as [(typeof frameworks)[number]]

/** A server whose handler counts its calls and answers with the count unless told otherwise. */
async function serveWith(
  answer: Answer | Handler = {},
  options: HttpCacheOptions = {},
  { start = startNode, cache = memoryCache(), guard = {} as GuardOptions } = {},
) {
  let calls = 0
  const handler: Handler = async (incoming) => {
    calls++
    const given = typeof answer === 'function' ? await answer(incoming) : answer
    return { body: `call ${calls}`, ...given }
  }
  const server = await start(handler, [httpCache(cache, options)], guard)
  running.push(server)
  const ask = (path: string, headers?: Headers, method?: string) => get(server.port, path, headers, method)
  return { ask, cache, port: server.port, calls: () => calls }
}

describe.for(frameworks)('on %s', ([, start]) => {
  test('a response is kept and served with its age and headers', async () => {
    const { ask, calls } = await serveWith(
      { headers: { 'content-language': 'en', 'x-frame-options': 'DENY' } },
      {},
      { start },
    )
    const first = await ask('/a')
    expect(first).toMatchObject({ status: 200, body: 'call 1', headers: { 'cache-control': 'private, no-cache' } })
    expect(first.headers['age']).toBeUndefined()
    const second = await ask('/a')
    expect(second).toMatchObject({ status: 200, body: 'call 1' })
    expect(second.headers).toMatchObject({ 'x-frame-options': 'DENY', 'content-language': 'en' })
    expect(second.headers).toMatchObject({ age: '0', etag: first.headers['etag'] })
    expect(second.headers['content-type']).toBe(first.headers['content-type'])
    expect(second.headers['cache-control']).toBe('private, no-cache')
    expect(calls()).toBe(1)
  })

  test('HEAD is answered from what GET has kept, without a body', async () => {
    const { ask, calls } = await serveWith({}, {}, { start })
    await ask('/a')
    expect(await ask('/a', {}, 'HEAD')).toMatchObject({ status: 200, body: '', headers: { age: '0' } })
    expect(calls()).toBe(1)
    await ask('/b', {}, 'HEAD')
    expect(await ask('/b')).toMatchObject({ body: 'call 3' })
  })

  test('a client that has the response gets 304, from the handler and from the cache', async () => {
    const { ask, calls } = await serveWith({ body: 'same' }, { vary: ['x-a'] }, { start })
    const { etag } = (await ask('/a')).headers
    expect(etag).toMatch(/^(W\/)?"/)
    const fromCache = await ask('/a', { 'if-none-match': `"x", W/${String(etag).replace('W/', '')}` })
    expect(fromCache).toMatchObject({ status: 304, body: '', headers: { etag, age: '0', vary: 'x-a' } })
    const fromHandler = await ask('/a', { 'if-none-match': String(etag), 'x-a': 'other' })
    expect(fromHandler).toMatchObject({ status: 304, body: '', headers: { etag } })
    expect(calls()).toBe(2)
    expect(await ask('/a', { 'if-none-match': '"other"' })).toMatchObject({ status: 200, body: 'same' })
  })

  test('a stream and a response with Set-Cookie pass uncached', async () => {
    const answer: Handler = ({ url }) =>
      url === '/stream' ? { isStream: true } : { headers: { 'set-cookie': 'session=1' } }
    const { ask } = await serveWith(answer, { proxySeconds: 60 }, { start })
    expect(await ask('/stream')).toMatchObject({ body: 'call 1' })
    expect(await ask('/stream')).toMatchObject({ body: 'call 2' })
    const first = await ask('/cookie')
    expect(first.headers).toMatchObject({ 'set-cookie': ['session=1'], 'cache-control': 'private, no-cache' })
    expect((await ask('/cookie')).body).toBe('call 4')
  })

  test('all who ask at the same time wait for one handler', async () => {
    const slow = gate<Answer>()
    const { ask, calls } = await serveWith(slow.load, {}, { start })
    const all = Promise.all(Array.from({ length: 20 }, () => ask('/a')))
    await slow.entered
    slow.open({ body: 'shared' })
    expect((await all).map(({ body }) => body)).toEqual(Array.from({ length: 20 }, () => 'shared'))
    expect(calls()).toBe(1)
  })

  test('what one user gets never reaches another', async () => {
    const answer: Handler = ({ header }) => ({ body: `for ${header('authorization') ?? header('cookie') ?? 'anyone'}` })
    const { ask } = await serveWith(answer, {}, { start })
    const credentials: Headers[] = [{ authorization: 'ann' }, { cookie: 'session=bob' }, {}, { cookie: 'session=eve' }]
    for (let round = 0; round < 2; round++) {
      const bodies = await Promise.all(credentials.map(async (headers) => (await ask('/me', headers)).body))
      expect(bodies).toEqual(['for ann', 'for session=bob', 'for anyone', 'for session=eve'])
    }
    expect((await ask('/me', { authorization: 'ann' })).headers['cache-control']).toBe('private, no-cache')
  })

  test('a purge by tag reaches responses by what they carry and by what the options say', async () => {
    const options: HttpCacheOptions = { tags: ({ path }) => [`path:${path}`] }
    const answer: Handler = ({ url }) => ({ headers: url === '/a' ? { 'surrogate-key': 'one two%2Cthree' } : {} })
    const { ask, cache } = await serveWith(answer, options, { start })
    expect((await ask('/a')).body).toBe('call 1')
    await cache.invalidateTags(['two,three'])
    expect((await ask('/a')).body).toBe('call 2')
    await cache.invalidateTags(['path:/a'])
    expect((await ask('/a')).body).toBe('call 3')
    await cache.invalidateTags(['path:/b'])
    expect((await ask('/a')).body).toBe('call 3')
  })
})

describe('what is kept', () => {
  test.for<[string, Answer]>([
    ['no-store', { headers: { 'cache-control': 'max-age=60, no-store' } }],
    ['no-cache', { headers: { 'cache-control': 'No-Cache' } }],
    ['private', { headers: { 'cache-control': 'private, max-age=60' } }],
    ['max-age=0', { headers: { 'cache-control': 'max-age=0' } }],
    ['a max-age that is no number', { headers: { 'cache-control': 'max-age=x' } }],
    ['an Expires of the past', { headers: { expires: '0' } }],
    ['Vary: *', { headers: { vary: '*' } }],
    ['a Vary that is not in the key', { headers: { vary: 'Accept-Language' } }],
    ['a coded body without its request header in the key', { headers: { 'content-encoding': 'br' } }],
    ['a nonce', { headers: { 'content-security-policy': "script-src 'nonce-abc'" } }],
    ['an origin that is not in the key', { headers: { 'access-control-allow-origin': 'https://a.example' } }],
    ['a part of a body', { status: 206, headers: { 'content-range': 'bytes 0-5/10' } }],
    ['a temporary redirect', { status: 302, headers: { location: '/b' } }],
    ['a refusal', { status: 403 }],
    ['an error', { status: 500 }],
  ])('is not a response with %s', async ([, answer]) => {
    const { ask, calls } = await serveWith(answer)
    await ask('/a')
    await ask('/a')
    expect(calls()).toBe(2)
  })

  test.for([203, 301, 404, 410])('is a response with status %i', async (status) => {
    const { ask, calls } = await serveWith({ status })
    await ask('/a')
    expect((await ask('/a')).status).toBe(status)
    expect(calls()).toBe(1)
  })

  test.for<[string, Headers, string?]>([
    ['Range', { range: 'bytes=0-1' }],
    ['no-store', { 'cache-control': 'no-store' }],
    ['a cookie that is not harmless', { cookie: 'theme=dark; session=1' }],
    ['Authorization', { authorization: 'Basic x' }],
    ['a body', { 'transfer-encoding': 'chunked' }],
    ['X-Original-URL', { 'x-original-url': '/admin' }],
    ['X-HTTP-Method-Override', { 'x-http-method-override': 'DELETE' }],
    ['POST', {}, 'POST'],
  ])('is not used for a request with %s', async ([, headers, method = 'GET']) => {
    const { ask } = await serveWith({}, { cookies: ['theme'] })
    expect((await ask('/a', headers, method)).body).toBe('call 1')
    expect((await ask('/a')).body).toBe('call 2')
    expect((await ask('/a', headers, method)).body).toBe('call 3')
    expect((await ask('/a', { cookie: 'theme=dark' })).body).toBe('call 2')
  })

  test('is kept for one user alone where the application says who it is', async () => {
    const options: HttpCacheOptions = { user: (exchange) => exchange.header('x-user'), proxySeconds: 60 }
    const { ask } = await serveWith({ headers: { 'cache-control': 'private, max-age=60' } }, options)
    const ann = { 'x-user': 'ann', cookie: 'session=1' }
    expect((await ask('/a', ann)).body).toBe('call 1')
    expect((await ask('/a', ann)).body).toBe('call 1')
    expect((await ask('/a', { 'x-user': 'bob' })).body).toBe('call 2')
    expect((await ask('/a')).body).toBe('call 3')
    expect((await ask('/a')).body).toBe('call 4')
    expect((await ask('/a', { 'x-user': '' })).body).toBe('call 5')
  })
})

describe('the key', () => {
  test('has the query in one order, and only the parameters that count', async () => {
    const { ask } = await serveWith({}, { query: ['a', 'b'] })
    expect((await ask('/x?b=2&a=1&utm=1')).body).toBe('call 1')
    expect((await ask('/x?a=1&utm=2&b=2')).body).toBe('call 1')
    expect((await ask('/x?a=1&b=3')).body).toBe('call 2')
    const all = await serveWith()
    expect((await all.ask('/x?b=2&a=1')).body).toBe('call 1')
    expect((await all.ask('/x?a=1&b=2')).body).toBe('call 1')
    expect((await all.ask('/x?a=1&b=2&c')).body).toBe('call 2')
    expect((await all.ask('/x?a=1&a=2')).body).toBe('call 3')
    expect((await all.ask('/x?a=2&a=1')).body).toBe('call 4')
  })

  test('has the request headers that responses vary by, and the response names them', async () => {
    const answer: Handler = ({ header }) => ({
      body: header('accept-language') ?? 'none',
      headers: { vary: 'Accept-Language' },
    })
    const { ask, calls } = await serveWith(answer, { vary: ['accept-language'] })
    for (const language of ['en', 'de', 'en', 'de']) {
      const got = await ask('/a', { 'accept-language': language })
      expect(got).toMatchObject({ body: language, headers: { vary: 'Accept-Language' } })
    }
    expect((await ask('/a')).body).toBe('none')
    expect(calls()).toBe(3)
  })

  test('has the host, and a host that is only claimed neither poisons nor reads', async () => {
    const answer: Handler = ({ header }) => ({ body: `<a href="//${header('x-forwarded-host') ?? header('host')}">` })
    const { ask } = await serveWith(answer)
    const evil = { host: 'shop.example', 'x-forwarded-host': 'evil.example' }
    expect((await ask('/a', evil)).body).toContain('evil')
    expect((await ask('/a', { host: 'shop.example', forwarded: 'for=1.2.3.4;host="evil.example"' })).status).toBe(200)
    expect((await ask('/a', { host: 'shop.example' })).body).toContain('shop.example')
    expect((await ask('/a', { host: 'SHOP.example' })).headers['age']).toBe('0')
    expect((await ask('/a', { host: 'other.example' })).body).toContain('other.example')
    expect((await ask('/a', { host: 'shop.example', 'x-forwarded-proto': 'https' })).headers['age']).toBeUndefined()
  })

  test('has the host that a trusted proxy names', async () => {
    const guard: GuardOptions = { trustedProxies: ['127.0.0.1'] }
    const { ask } = await serveWith({}, {}, { guard })
    const through = (name: string) => ask('/a', { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-host': name })
    expect((await through('a.example')).body).toBe('call 1')
    expect((await through('b.example')).body).toBe('call 2')
    expect((await through('a.example')).body).toBe('call 1')
  })

  test('has so many variants a path and no more', async () => {
    const { ask } = await serveWith({}, { maxVariants: 2 })
    await ask('/a?1')
    await ask('/a?2')
    expect((await ask('/a?3')).body).toBe('call 3')
    expect((await ask('/a?3')).body).toBe('call 4')
    expect((await ask('/a?1')).body).toBe('call 1')
    expect((await ask('/b?3')).body).toBe('call 5')
    expect((await ask('/b?3')).body).toBe('call 5')
  })
})

describe('the caches on the way', () => {
  test('are told what they may keep, unless the handler says so itself', async () => {
    const options = { browserSeconds: 10, proxySeconds: 60, cdnSeconds: 600, staleMs: 30_000 }
    const answer: Handler = ({ url }) => ({ headers: url === '/own' ? { 'cache-control': 'max-age=5' } : {} })
    const { ask } = await serveWith(answer, options)
    for (let round = 0; round < 2; round++) {
      const { headers } = await ask('/a')
      expect(headers['cache-control']).toBe('public, max-age=10, s-maxage=60, stale-while-revalidate=30')
      expect(headers['cdn-cache-control']).toBe('max-age=600, stale-while-revalidate=30')
      expect(headers['surrogate-control']).toBe('max-age=600, stale-while-revalidate=30')
    }
    const own = (await ask('/own')).headers
    expect(own['cache-control']).toBe('max-age=5')
    expect(own['cdn-cache-control']).toBeUndefined()
    const personal = (await ask('/a', { authorization: 'x' })).headers
    expect(personal['cache-control']).toBe('private, no-cache')
    expect(personal['cdn-cache-control']).toBeUndefined()
  })

  test('are told nothing of an error', async () => {
    const { ask } = await serveWith({ status: 500 }, { proxySeconds: 60 })
    expect((await ask('/a')).headers['cache-control']).toBeUndefined()
  })

  test('get strong or weak entity tags, or none', async () => {
    const etagWith = async (options: HttpCacheOptions) =>
      (await (await serveWith({}, options)).ask('/a')).headers['etag']
    expect(await etagWith({})).toMatch(/^"[\w-]{27}"$/)
    expect(await etagWith({ etag: 'weak' })).toMatch(/^W\/"[\w-]{27}"$/)
    expect(await etagWith({ etag: 'none' })).toBeUndefined()
  })

  test('are answered by date where there is no entity tag', async () => {
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT'
    const { ask } = await serveWith({ headers: { 'last-modified': date } }, { etag: 'none' })
    await ask('/a')
    expect((await ask('/a', { 'if-modified-since': date })).status).toBe(304)
    expect((await ask('/a', { 'if-modified-since': 'Wed, 21 Oct 2026 07:27:59 GMT' })).status).toBe(200)
    expect((await ask('/a', { 'if-modified-since': 'never' })).status).toBe(200)
  })
})

describe('a stale response', () => {
  test('is served while one request brings a new one', async () => {
    const next = gate<Answer>()
    const answers: Handler[] = [() => ({ body: 'old', headers: { 'cache-control': 'max-age=1' } }), next.load]
    const { ask, calls } = await serveWith((incoming) => (answers.shift() as Handler)(incoming), { staleMs: 60_000 })
    await ask('/a')
    await expect.poll(async () => (await ask('/a', {}, 'HEAD')).headers['age'], { timeout: 10_000 }).not.toBe('0')
    const bringing = ask('/a')
    await next.entered
    expect((await ask('/a')).body).toBe('old')
    next.open({ body: 'new' })
    expect((await bringing).body).toBe('new')
    expect((await ask('/a')).body).toBe('new')
    expect(calls()).toBe(2)
  }, 20_000)
})

describe('those who wait', () => {
  test('are not held up by a client that leaves: the next one goes', async () => {
    const first = gate<Answer>()
    const answers: Handler[] = [first.load, () => ({ body: 'second' })]
    const { ask, port } = await serveWith((incoming) => (answers.shift() as Handler)(incoming))
    const leaving = request({ port, path: '/a', agent: false, host: '127.0.0.1' })
    leaving.on('error', () => undefined)
    leaving.end()
    await first.entered
    const waiting = ask('/a')
    leaving.destroy()
    expect((await waiting).body).toBe('second')
    first.open({ body: 'first' })
    expect((await ask('/a')).body).toBe('second')
  })

  test('each go to the handler when the response is not to be kept, and no longer wait for each other', async () => {
    const first = gate<Answer>()
    let calls = 0
    const cookie = (body: string): Answer => ({ body, headers: { 'set-cookie': `id=${body}` } })
    const { ask } = await serveWith(async () => (++calls === 1 ? first.load() : cookie(`own ${calls}`)))
    const one = ask('/a')
    await first.entered
    const others = [ask('/a'), ask('/a')]
    first.open(cookie('one'))
    expect((await one).headers['set-cookie']).toEqual(['id=one'])
    const bodies = (await Promise.all(others)).map(({ body }) => body)
    expect(bodies.toSorted()).toEqual(['own 2', 'own 3'])
  })
})

test('a response that is invalidated while it is made is not kept', async () => {
  const slow = gate<Answer>()
  const answers: Handler[] = [slow.load, () => ({ body: 'new' })]
  const { ask, cache } = await serveWith((incoming) => (answers.shift() as Handler)(incoming))
  const first = ask('/a')
  await slow.entered
  await cache.invalidateTags(['t'])
  slow.open({ body: 'old', headers: { 'cache-tag': 't' } })
  expect((await first).body).toBe('old')
  expect((await ask('/a')).body).toBe('new')
})

test('two servers over one Redis share responses and purges, binary ones as well', async () => {
  const namespace = `test-${randomUUID()}`
  const make = () => {
    const cache = createCache({ namespace, tiers: [redisTier(redis, { timeoutMs: 5_000 })] })
    caches.push(cache)
    return cache
  }
  const answer = { headers: { 'surrogate-key': 't', 'content-type': 'application/octet-stream' } }
  const here = await serveWith(answer, {}, { cache: make() })
  const there = await serveWith(answer, {}, { cache: make() })
  const host = { host: 'shop.example' }
  const { body } = await here.ask('/a', host)
  expect(await there.ask('/a', host)).toMatchObject({ body, headers: { 'surrogate-key': 't', age: '0' } })
  expect(there.calls()).toBe(0)
  await there.cache.invalidateTags(['t'])
  await here.ask('/a', host)
  expect(here.calls()).toBe(2)
})

test('a response is fresh for its time on a host whose clock is ahead as well', async () => {
  const namespace = `test-${randomUUID()}`
  const share = () => createCache({ namespace, tiers: [redisTier(redis, { timeoutMs: 5_000 })] })
  const [here, there] = [share(), share()]
  caches.push(here, there)
  const [one, other] = [await serveWith({}, {}, { cache: here }), await serveWith({}, {}, { cache: there })]
  await one.ask('/a', { host: 'shop.example' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
  try {
    expect(await other.ask('/a', { host: 'shop.example' })).toMatchObject({ body: 'call 1' })
    expect(other.calls()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('a page of fragments goes by their tags and is answered 304 by their entity tag', async () => {
  const cache = memoryCache()
  const fragment = createFragments(cache, { digest: 'a' })
  let renders = 0
  const page = () => fragment.entity('page', { tags: ['page'] }, () => `render ${++renders}`)
  const handler: Handler = async () => {
    const { body, etag = '', surrogateKey } = await page()
    return { body, headers: { etag, 'surrogate-key': surrogateKey } }
  }
  const { ask } = await serveWith(handler, {}, { cache })
  const { etag } = (await ask('/')).headers
  expect((await ask('/', { 'if-none-match': String(etag) })).status).toBe(304)
  await cache.invalidateTags(['page'])
  expect((await ask('/', { 'if-none-match': String(etag) })).body).toBe('render 2')
})

test('bad options are refused', () => {
  const cache = memoryCache()
  const refuse = (options: object) => expect(() => httpCache(cache, options))
  refuse({ ttl: 1 }).toThrow(/ttlMs/)
  refuse({ ttlMs: 0 }).toThrow(RangeError)
  refuse({ vary: ['Accept'] }).toThrow(RangeError)
  refuse({ headers: ['set-cookie'] }).toThrow(RangeError)
  refuse({ user: 'ann' }).toThrow(TypeError)
  refuse({ etag: 'soft' }).toThrow(RangeError)
})
