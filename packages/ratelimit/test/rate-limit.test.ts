import { channel } from 'node:diagnostics_channel'
import type { Reply } from '@seawall/guard'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryStore, rateLimit, type RateLimitDecision, type RateLimitOptions } from '../src/index.ts'
import { brokenStore } from './broken-store.ts'
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
    ['global', true],
    [() => 'ann', true],
    [['ip', 'query:user'], false],
    ['cookie:user', false],
    ['param:user', false],
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
    expect(published).toEqual([])
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
    const base = { names: ['login'], shadowed: [], degraded: false }
    expect(published).toEqual([
      { ...base, allowed: true, violated: [], remaining: 1, retryAfterMs: 0 },
      { ...base, allowed: true, violated: [], remaining: 0, retryAfterMs: 0 },
      { ...base, allowed: false, violated: ['login'], remaining: 0, retryAfterMs: 60_000 },
    ])
  })

  it('makes no promise with a store in memory', () => {
    const guard = rateLimit({ key: 'ip', rate: '1/m', store: memoryStore() })
    expect(guard.onRequest?.(exchange())).toBeUndefined()
    expect(guard.onRequest?.(exchange())).not.toBeInstanceOf(Promise)
  })

  it('names itself after its limit', () => {
    expect(rateLimit({ key: 'ip', rate: '1/m', store: memoryStore(), name: 'login' }).name).toBe('rate-limit:login')
  })

  it('names itself after all its limits', () => {
    const limits = [
      { name: 'a', key: 'post:a', rate: '1/m' },
      { name: 'b', key: 'ip', rate: '1/m' },
    ] as const
    expect(rateLimit(limits).name).toBe('rate-limit:b+a')
  })

  it('counts in the memory of this process where no store is given', () => {
    const guard = rateLimit({ key: 'ip', rate: '1/m' })
    expect([guard.onRequest?.(exchange()), guard.onRequest?.(exchange())]).toMatchObject([undefined, { status: 429 }])
  })

  it('refuses everyone by a limit of 0, without asking the store', () => {
    const ask = limit({ rate: '0/s', store: brokenStore() })
    expect(ask()).toMatchObject({ status: 429, sent: { ratelimit: '"ip-0/s";r=0;t=1' } })
    expect(published).toMatchObject([{ allowed: false, degraded: false }])
  })

  it('refuses nobody by no limit, without asking the store', () => {
    expect(limit({ rate: null, store: brokenStore() })()).toEqual({ reply: undefined, status: undefined, sent: {} })
  })

  it('takes the rate that a function says of the request', () => {
    const plans: Record<string, string | null> = { gold: null, none: '0/s', free: '1/m' }
    const ask = limit({ name: 'plan', rate: (x) => plans[x.header('x-plan') ?? ''] ?? null })
    const by = (plan: string) => ask({ headers: { 'x-plan': plan } }).status
    expect([by('free'), by('free'), by('gold'), by('gold'), by('none')]).toEqual([
      undefined,
      429,
      undefined,
      undefined,
      429,
    ])
  })

  it('keeps a rate with a burst as high as its limit apart from the same without', () => {
    let now = 0
    const ask = limit({
      name: 'plan',
      rate: ({ method }) => (method === 'GET' ? { limit: 2, windowMs: 60_000, burst: 2 } : '2/m'),
      store: memoryStore({ now: () => now }),
    })
    ask()
    ask({ method: 'POST' })
    ask({ method: 'POST' })
    now = 59_999
    expect(ask({ method: 'POST' }).status).toBe(429)
  })

  it('tells clients the rate that a function said', () => {
    const ask = limit({
      name: 'plan',
      rate: ({ method }) => (method === 'GET' ? '9/m' : { limit: 3, windowMs: 1_000 }),
    })
    expect(ask().sent['ratelimit-policy']).toBe('"plan";q=9;w=60')
    expect(ask({ method: 'POST' }).sent['ratelimit-policy']).toBe('"plan";q=3;w=1')
  })

  it.each([['5/month'], [undefined], [5], [{}], [Promise.resolve('5/m')]])(
    'fails a request for which a function says the rate %j',
    (rate) => {
      const ask = limit({ name: 'plan', rate: () => rate as string })
      expect(ask).toThrow("Cannot limit the request by 'plan' as 'rate' must return")
      expect(ask).toThrow("Cannot limit the request by 'plan' as 'rate' must return")
    },
  )

  it('leaves out what is skipped, and other methods', () => {
    const ask = limit({ rate: '0/s', methods: ['POST', 'PUT'], skip: ({ path }) => path === '/health' })
    const asked = [{ method: 'POST' }, { method: 'GET' }, { method: 'PUT' }, { method: 'POST', url: '/health' }]
    expect(asked.map((parts) => ask(parts).status)).toEqual([429, undefined, 429, undefined])
  })

  it('does not limit whom its list allows, by address and by key', () => {
    const ask = limit({
      key: 'header:x-user',
      rate: '0/s',
      allow: { addresses: ['10.0.0.0/8', '2001:db8::/32'], keys: ['ANN'] },
    })
    expect([
      ask({ ip: '10.9.8.7' }).status,
      ask({ ip: '2001:db8:7::1' }).status,
      ask({ headers: { 'x-user': 'ann' } }).status,
      ask({ ip: '11.0.0.1' }).status,
      ask({ headers: { 'x-user': 'bob' } }).status,
    ]).toEqual([undefined, undefined, undefined, 429, 429])
  })

  it('answers 403 whom its list denies, whatever else is said of them', () => {
    const ask = limit({
      allow: { addresses: ['192.0.2.0/24'] },
      deny: { addresses: ['192.0.2.7'], keys: ['198.51.100.1'] },
    })
    expect(ask({ ip: '192.0.2.7' }).reply).toEqual({
      status: 403,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: '{"type":"about:blank","title":"Forbidden","status":403,"detail":"The request is not admitted."}',
    })
    expect([ask({ ip: '198.51.100.1' }).status, ask({ ip: '192.0.2.8' }).status]).toEqual([403, undefined])
    expect(published).toMatchObject([{ violated: ['ip-2/m'] }, { violated: ['ip-2/m'] }])
  })

  it('shares the counters of a group, and keeps those of others apart', () => {
    const store = memoryStore()
    const [a, b, c] = [
      limit({ name: 'a', group: 'search', rate: '1/m', store }),
      limit({ name: 'b', group: 'search', rate: '1/m', store }),
      limit({ name: 'search', rate: '1/m', store }),
    ]
    expect([a?.().status, b?.().status, c?.().status]).toEqual([undefined, 429, undefined])
  })

  it('counts by two keys of one group apart, though their values are the same', () => {
    const store = memoryStore()
    const byAddress = limit({ name: 'a', group: 'search', rate: '1/m', store })
    const byHeader = limit({ name: 'b', group: 'search', rate: '1/m', store, key: 'header:x-user' })
    byHeader({ headers: { 'x-user': '192.0.2.7' } })
    expect(byHeader({ headers: { 'x-user': '192.0.2.7' } }).status).toBe(429)
    expect(byAddress({ ip: '192.0.2.7' }).status).toBeUndefined()
  })

  it('blocks a key that is refused for as long as it is told', () => {
    let now = 0
    const ask = limit({ rate: '1/s', blockMs: 60_000, store: memoryStore({ now: () => now }) })
    ask()
    expect(ask().reply?.headers).toMatchObject({ 'retry-after': '60' })
    now = 30_000
    expect(ask().status).toBe(429)
    now = 61_000
    expect(ask().status).toBeUndefined()
  })

  it('lets in a burst, and then one by one', () => {
    let now = 0
    const ask = limit({ rate: { limit: 60, windowMs: 60_000, burst: 2 }, store: memoryStore({ now: () => now }) })
    expect([ask().status, ask().status, ask().status]).toEqual([undefined, undefined, 429])
    now = 1_001
    expect([ask().status, ask().status]).toEqual([undefined, 429])
  })

  it('finds the counters of its clients, in any spelling', () => {
    const guard = rateLimit([
      { name: 'both', key: ['ip', 'header:x-user'], rate: '1/m' },
      { name: 'free', key: 'ip', rate: () => '1/m' },
      { name: 'none', key: 'ip', rate: null },
    ])
    const parts = { ip: '2001:db8::1', headers: { 'x-user': 'Ann' } }
    void guard.onRequest?.(exchange(parts))
    expect(guard.limiter('both').peek(['2001:db8::2', 'ANN'])).toMatchObject({ allowed: false, violated: ['both'] })
    expect(guard.limiter('free', '1/m').peek('2001:db8::9')).toMatchObject({ allowed: false })
    void guard.limiter('both').reset(['2001:db8::1', 'ann'])
    void guard.limiter('free', { limit: 1, windowMs: 60_000 }).reset('2001:db8::1')
    expect(guard.onRequest?.(exchange(parts))).toBeUndefined()
    expect(guard.limiter('none').peek('192.0.2.1')).toMatchObject({ allowed: true, limit: Infinity })
    expect(() => guard.limiter('bth')).toThrow(
      "Cannot find the limiter as 'bth' is not a limit of this guard: did you mean 'both'?",
    )
    expect(() => guard.limiter('free')).toThrow("'rate' must be given for 'free'")
    expect(() => guard.limiter('both').peek('ann')).toThrow("'key' must be 2 strings")
  })
})
