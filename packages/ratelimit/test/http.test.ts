import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import { limiterOf, memoryStore, rateLimit, type LimitOptions, type RateLimitSettings } from '../src/index.ts'
import { redisStore } from '../src/redis.ts'
import { close, idOf, mounts, send, type Handler, type Sent } from './mounts.ts'

let server: Server

afterEach(() => close(server))

function still(): RateLimitSettings {
  return { store: memoryStore({ now: () => 0 }) }
}

async function statuses(count: number, sent?: Sent): Promise<(number | undefined)[]> {
  const answers: (number | undefined)[] = []
  for (let index = 0; index < count; index++) answers.push((await send(server, sent)).status)
  return answers
}

const problem =
  '{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","title":"Too Many Requests","status":429,"detail":"Rate limit exceeded. Retry in 60 seconds.","violated-policies":["login-ip"]}'

/** The login view of the guide: five a minute by address, and five a minute by account. */
function login(): readonly LimitOptions[] {
  return [
    { name: 'login-ip', key: 'ip', rate: '5/m' },
    { name: 'login-username', key: 'post:username', rate: '5/m' },
  ]
}

/** Whom a test says to be, as a trusted proxy would. */
function from(ip: string): Pick<LimitOptions, 'key'> {
  return { key: (exchange) => exchange.header('x-client') ?? ip }
}

describe.each(mounts)('on %s', (_, mount) => {
  it('the sixth login in a minute is answered 429, with all that a client needs to know', async () => {
    server = await mount([rateLimit(login(), still())])
    for (let left = 4; left >= 0; left--) {
      const { status, headers, body } = await send(server, { body: { username: `user-${left}` } })
      expect({ status, body }).toEqual({ status: 200, body: 'welcome' })
      expect(headers).toMatchObject({
        'ratelimit-policy': '"login-ip";q=5;w=60',
        ratelimit: `"login-ip";r=${left};t=60`,
      })
      expect(headers).not.toHaveProperty('retry-after')
      expect(headers).not.toHaveProperty('cache-control')
    }
    const { status, headers, body } = await send(server, { body: { username: 'ann' } })
    expect({ status, body }).toEqual({ status: 429, body: problem })
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(problem)),
      'cache-control': 'no-store',
      'retry-after': '60',
      'ratelimit-policy': '"login-ip";q=5;w=60',
      ratelimit: '"login-ip";r=0;t=60',
    })
  })

  it('the sixth login to one account is refused from every address, and uses up nobody', async () => {
    const [byAddress, byAccount] = login()
    const limits = [{ ...byAddress, ...from('192.0.2.1') }, byAccount] as readonly LimitOptions[]
    const guard = rateLimit(limits, still())
    server = await mount([guard])
    for (let index = 0; index < 5; index++)
      expect(await statuses(1, { body: { username: 'Ann' }, headers: { 'x-client': `192.0.2.${index}` } })).toEqual([
        200,
      ])
    const answer = await send(server, { body: { username: 'ann ' }, headers: { 'x-client': '192.0.2.9' } })
    expect(answer.status).toBe(429)
    expect(answer.body).not.toContain('login-username')
    expect(answer.headers).toMatchObject({ 'retry-after': '60', ratelimit: '"login-ip";r=5;t=0' })
    expect(await guard.limiter('login-ip').peek('192.0.2.9')).toMatchObject({ remaining: 5 })
    expect(await statuses(1, { body: { username: 'bob' }, headers: { 'x-client': '192.0.2.9' } })).toEqual([200])
  })

  it('a parameter of the route is counted by, decoded and in one spelling', async () => {
    server = await mount([rateLimit({ key: 'param:id', rate: '2/m', missing: 'deny' })])
    expect(await statuses(1, { path: '/books/Tolstoi%20' })).toEqual([200])
    expect(await statuses(2, { path: '/books/tolstoi?x=1' })).toEqual([200, 429])
    expect(await statuses(1, { path: '/books/gogol' })).toEqual([200])
  })

  it('only failures count, and of many at once no more than the limit get through', async () => {
    const tried: string[] = []
    const handler: Handler = async (request) => {
      tried.push(idOf(request))
      await new Promise(setImmediate)
      return Number(idOf(request))
    }
    const limit = rateLimit({ name: 'fails', key: 'ip', rate: '3/m', count: 'failures' })
    server = await mount([limit], handler)
    for (let index = 0; index < 5; index++) {
      expect(await statuses(1, { path: '/books/200' })).toEqual([200])
      await vi.waitFor(() => expect(limit.limiter('fails').peek('127.0.0.1')).toMatchObject({ remaining: 3 }))
    }
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(server, { path: '/books/401' })))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3)
    expect(tried.filter((id) => id === '401')).toHaveLength(3)
    expect(await statuses(1, { path: '/books/200' })).toEqual([429])
  })

  it('a handler says what the request has cost in the end', async () => {
    const guard = rateLimit({ name: 'rows', key: 'global', rate: '10/m', cost: 5, ...still() })
    server = await mount([guard], async (request) => {
      expect(limiterOf(request)?.decisions).toMatchObject([{ allowed: true, limit: 10, policies: [{ name: 'rows' }] }])
      expect(await limiterOf(request)?.settle(2, 'rows')).toBe(true)
      expect(await limiterOf(request)?.settle(99, 'another')).toBe(true)
      return 200
    })
    expect(await statuses(4)).toEqual([200, 200, 200, 429])
    expect(await guard.limiter('rows').peek('all')).toMatchObject({ remaining: 4 })
  })

  it('a refused HEAD has the same headers and no body', async () => {
    server = await mount([rateLimit({ name: 'login-ip', key: 'ip', rate: '0/m' })])
    const { status, headers, body } = await send(server, { method: 'HEAD' })
    expect({ status, body }).toEqual({ status: 429, body: '' })
    expect(headers).toMatchObject({ 'retry-after': '60', 'content-type': 'application/problem+json' })
  })

  it('a limit in Redis decides before the handler runs', async () => {
    const redis = new Redis(inject('redisUrl'))
    try {
      const store = redisStore(redis, { prefix: randomUUID(), deadlineMs: 5_000 })
      server = await mount([rateLimit(login(), { store })])
      const sent = { body: { username: 'ann' } }
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(server, sent)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
    } finally {
      redis.disconnect()
    }
  })

  it('scripts of other origins may read the fields', async () => {
    server = await mount([rateLimit({ key: 'ip', rate: '1/m', headers: 'both', exposeHeaders: true })])
    for (const status of [200, 429]) {
      const answer = await send(server)
      expect(answer.status).toBe(status)
      expect(answer.headers['access-control-expose-headers']).toBe(
        'retry-after, ratelimit-policy, ratelimit, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset',
      )
    }
  })

  it('a function that makes no sense of a request lets nobody in', async () => {
    server = await mount([rateLimit({ key: 'ip', rate: '9/m', cost: () => Number.NaN })])
    expect((await send(server)).status).toBe(500)
  })
})
