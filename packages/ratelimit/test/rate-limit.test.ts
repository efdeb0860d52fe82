import { channel } from 'node:diagnostics_channel'
import type { Reply } from '@seawall/guard'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryStore, rateLimit, type RateLimitDecision, type RateLimitOptions } from '../src/index.ts'
import { exchange, type ExchangeParts } from './exchange.ts'

const decisions = channel('seawall:ratelimit:decision')

let published: RateLimitDecision[]
const listen = (message: unknown) => published.push(message as RateLimitDecision)

beforeEach(() => {
  published = []
  decisions.subscribe(listen)
})
afterEach(() => decisions.unsubscribe(listen))

function limit(options: Partial<RateLimitOptions> = {}) {
  const guard = rateLimit({ key: 'ip', rate: '2/m', store: memoryStore({ now: () => 0 }), ...options })
  return (parts: ExchangeParts = {}) => {
    const request = exchange(parts)
    const reply = guard.onRequest?.(request) as Reply | undefined
    return { reply, status: reply?.status, sent: Object.fromEntries(request.sent) }
  }
}

describe('rateLimit', () => {
  it('tells an admitted request what is left', () => {
    expect(limit()().sent).toEqual({
      'ratelimit-policy': '"ip-2/m";q=2;w=60',
      ratelimit: '"ip-2/m";r=1;t=60',
    })
  })

  it('answers a refused request with a problem', () => {
    const ask = limit({ name: 'login-ip' })
    ask()
    ask()
    const { reply, sent } = ask()
    expect(reply).toEqual({
      status: 429,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '60' },
      body: '{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","title":"Too Many Requests","status":429,"detail":"Rate limit exceeded. Retry in 60 seconds.","violated-policies":["login-ip"]}',
    })
    expect(sent).toEqual({ 'ratelimit-policy': '"login-ip";q=2;w=60', ratelimit: '"login-ip";r=0;t=60' })
  })

  it('shows nothing of a limit that is not exposed but the time to wait', () => {
    const ask = limit({ expose: false, rate: '1/s' })
    expect(ask().sent).toEqual({})
    const { reply, sent } = ask()
    expect(sent).toEqual({})
    expect(reply?.headers).toMatchObject({ 'retry-after': '1' })
    expect(reply?.body).toBe(
      '{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","title":"Too Many Requests","status":429,"detail":"Rate limit exceeded. Retry in 1 second."}',
    )
  })

  it.each([
    ['ip', true],
    [() => 'ann', true],
    ['header:x-user', false],
    ['query:user', false],
    ['post:user', false],
  ] satisfies [RateLimitOptions['key'], boolean][])('by default, exposes a limit by %s: %s', (key, exposed) => {
    const { sent } = limit({ key })()
    expect('ratelimit' in sent).toBe(exposed)
  })

  it('says no window in seconds that is not whole seconds', () => {
    expect(limit({ rate: '10/500ms' })().sent).toEqual({
      'ratelimit-policy': '"ip-10/500ms";q=10',
      ratelimit: '"ip-10/500ms";r=9;t=1',
    })
  })

  it('lists several limits on one request in the order of their decisions', () => {
    const store = memoryStore({ now: () => 0 })
    const guards = [
      rateLimit({ name: 'burst', key: 'ip', rate: '5/s', store }),
      rateLimit({ name: 'hidden', key: 'ip', rate: '9/s', store, expose: false }),
      rateLimit({ name: 'daily', key: 'ip', rate: '1/d', store }),
    ]
    const [first, second] = [exchange(), exchange()]
    for (const guard of guards) void guard.onRequest?.(first)
    expect(Object.fromEntries(first.sent)).toEqual({
      'ratelimit-policy': '"burst";q=5;w=1, "daily";q=1;w=86400',
      ratelimit: '"burst";r=4;t=1, "daily";r=0;t=86400',
    })
    const [, , refused] = guards.map((guard) => guard.onRequest?.(second) as Reply | undefined)
    expect(refused?.body).toContain('"violated-policies":["daily"]')
    expect(second.sent.get('ratelimit')).toBe('"burst";r=3;t=1, "daily";r=0;t=86400')
  })

  it('counts all addresses of an IPv6 /64 as one, and by another prefix if told so', () => {
    const ask = limit({ rate: '1/m' })
    ask({ ip: '2001:db8::1' })
    expect(ask({ ip: '2001:db8::2' }).status).toBe(429)
    expect(ask({ ip: '2001:db8:0:1::1' }).status).toBeUndefined()
    const askByHost = limit({ rate: '1/m', ipv6Prefix: 128 })
    askByHost({ ip: '2001:db8::1' })
    expect(askByHost({ ip: '2001:db8::2' }).status).toBeUndefined()
  })

  it('counts the spellings of a header value as one', () => {
    const ask = limit({ key: 'header:x-user', rate: '1/m' })
    ask({ headers: { 'x-user': 'Ann' } })
    expect(ask({ headers: { 'x-user': ' ann ' }, ip: '198.51.100.1' }).status).toBe(429)
    expect(ask({ headers: { 'x-user': 'bob' } }).status).toBeUndefined()
  })

  it('counts a request without a value by its network, apart from the values', () => {
    const ask = limit({ key: 'header:x-user', rate: '1/m' })
    ask()
    expect(ask().status).toBe(429)
    expect(ask({ ip: '198.51.100.1' }).status).toBeUndefined()
    expect(ask({ headers: { 'x-user': '203.0.113.9' } }).status).toBeUndefined()
  })

  it('counts requests without a known address together', () => {
    const ask = limit({ rate: '1/m' })
    ask({ ip: '' })
    expect(ask({ ip: '' }).status).toBe(429)
  })

  it('lets a request without a value go on, uncounted, where missing is skip', () => {
    const ask = limit({ key: 'header:x-user', rate: '1/m', missing: 'skip' })
    expect([ask(), ask(), ask()].map(({ status }) => status)).toEqual([undefined, undefined, undefined])
    expect(published.at(-1)).toEqual({
      name: 'header-x-user-1/m',
      allowed: true,
      remaining: undefined,
      retryAfterMs: 0,
      degraded: false,
    })
  })

  it('answers a request without a value 400 where missing is deny', () => {
    const { reply } = limit({ key: 'header:x-user', missing: 'deny' })()
    expect(reply).toEqual({
      status: 400,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: '{"type":"about:blank","title":"Bad Request","status":400,"detail":"The request lacks the value by which it is limited."}',
    })
  })

  it('does not mix two limits on one store', () => {
    const store = memoryStore()
    const [a, b] = ['a', 'b'].map((name) => limit({ name, rate: '1/m', store, key: () => 'same' }))
    expect([a?.().status, b?.().status, a?.().status]).toEqual([undefined, undefined, 429])
  })

  it('publishes every decision without naming the client', () => {
    const ask = limit({ name: 'login', key: 'header:x-user' })
    for (let index = 0; index < 3; index++) ask({ headers: { 'x-user': 'ann' } })
    const base = { name: 'login', degraded: false }
    expect(published).toEqual([
      { ...base, allowed: true, remaining: 1, retryAfterMs: 0 },
      { ...base, allowed: true, remaining: 0, retryAfterMs: 0 },
      { ...base, allowed: false, remaining: 0, retryAfterMs: 60_000 },
    ])
  })

  it('makes no promise with a store in memory', () => {
    const guard = rateLimit({ key: 'ip', rate: '1/m', store: memoryStore() })
    expect(guard.onRequest?.(exchange())).toBeUndefined()
    expect(guard.onRequest?.(exchange())).not.toBeInstanceOf(Promise)
  })

  it('falls back when a store throws instead of rejecting', () => {
    const store = {
      consume: () => {
        throw new Error('gone')
      },
    }
    const ask = limit({ store, rate: '1/m' })
    expect([ask().status, ask().status]).toEqual([undefined, 429])
    expect(published.map((message) => message.degraded)).toEqual([true, true])
  })

  it('names itself after its limit', () => {
    expect(rateLimit({ key: 'ip', rate: '1/m', store: memoryStore(), name: 'login' }).name).toBe('rate-limit:login')
  })
})

describe('the options of rateLimit', () => {
  it.each([
    [{ rate: '5/month' }, RangeError, "as 'rate' must be '<limit>/<n><ms|s|m|h|d>' such as '5/m'"],
    [{ rate: '1001/m' }, RangeError, 'of 1 to 1000 requests in 1 ms to 30 days: current value is "1001/m"'],
    [{ rate: { limit: 5, windowMs: 0 } }, RangeError, "as 'rate' must be"],
    [{ rate: 5 }, TypeError, "as 'rate' must be"],
    [{ rate: undefined }, TypeError, "as 'rate' must be"],
    [
      { key: 'user' },
      RangeError,
      "as 'key' must be 'ip', 'header:<name>', 'query:<name>', 'post:<name>' or a function",
    ],
    [{ key: 'header:' }, RangeError, "as 'key' must be"],
    [{ key: 'header:a b' }, RangeError, "as 'key' must be"],
    [{ key: 'ip:' }, RangeError, "as 'key' must be"],
    [{ key: undefined }, TypeError, "as 'key' must be"],
    [{ store: {} }, TypeError, "as 'store' must be a store such as memoryStore()"],
    [{ store: undefined }, TypeError, "as 'store' must be a store such as memoryStore()"],
    [{ name: 'a"b' }, RangeError, "as 'name' must be"],
    [{ name: 'a:b' }, RangeError, "as 'name' must be"],
    [{ name: 'a\n' }, RangeError, "as 'name' must be"],
    [{ name: '' }, RangeError, "as 'name' must be"],
    [{ expose: 1 }, TypeError, "as 'expose' must be true or false"],
    [{ missing: 'allow' }, RangeError, "as 'missing' must be one of"],
    [{ onError: 'ignore' }, RangeError, "as 'onError' must be one of"],
    [{ ipv6Prefix: 8 }, RangeError, "as 'ipv6Prefix' must be an integer from 16 to 128"],
    [{ window: 5 }, TypeError, "'window' is not an option"],
  ])('refuse %j', (options, type, message) => {
    const create = () =>
      rateLimit({ key: 'ip', rate: '5/m', store: memoryStore(), ...options } as unknown as RateLimitOptions)
    expect(create).toThrow(type)
    expect(create).toThrow(message)
  })

  it('refuse a name that another limit has on the same store', () => {
    const store = memoryStore()
    rateLimit({ key: 'ip', rate: '5/m', store })
    expect(() => rateLimit({ key: 'ip', rate: '5/m', store })).toThrow(
      'Cannot create a rate limit as \'name\' must be another than that of a limit on the same store: current value is "ip-5/m"',
    )
    expect(() => rateLimit({ key: 'ip', rate: '6/m', store })).not.toThrow()
    expect(() => rateLimit({ key: 'ip', rate: '5/m', store: memoryStore() })).not.toThrow()
  })
})
