import { channel } from 'node:diagnostics_channel'
import type { Reply } from '@seawall/guard'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  memoryStore,
  rateLimit,
  type LimitOptions,
  type RateLimitDecision,
  type RateLimitSettings,
} from '../src/index.ts'
import { exchange, type ExchangeParts } from './exchange.ts'

const decisions = channel('seawall:ratelimit:decision')

let published: RateLimitDecision[]
const listen = (message: unknown) => published.push(message as RateLimitDecision)

beforeEach(() => {
  published = []
  decisions.subscribe(listen)
})
afterEach(() => decisions.unsubscribe(listen))

function limits(options: readonly LimitOptions[], settings: RateLimitSettings = {}) {
  const guard = rateLimit(options, { store: memoryStore({ now: () => 0 }), ...settings })
  const ask = (parts: ExchangeParts = {}) => {
    const request = exchange(parts)
    const reply = guard.onRequest?.(request) as Reply | undefined
    return { reply, status: reply?.status, sent: Object.fromEntries(request.sent) }
  }
  return { guard, ask }
}

const login: readonly LimitOptions[] = [
  { name: 'login-username', key: 'post:username', rate: '3/m' },
  { name: 'login-ip', key: 'ip', rate: '5/m' },
]

it('counts a request that one limit refuses by none', () => {
  const { guard, ask } = limits(login)
  for (let index = 0; index < 3; index++) ask({ body: { username: 'ann' } })
  for (let index = 0; index < 9; index++) expect(ask({ body: { username: 'ann' } }).status).toBe(429)
  expect(guard.limiter('login-ip').peek('203.0.113.9')).toMatchObject({ remaining: 2 })
  for (let index = 0; index < 2; index++) expect(ask({ body: { username: 'bob' } }).status).toBeUndefined()
  expect(ask({ body: { username: 'bob' } }).status).toBe(429)
  expect(guard.limiter('login-username').peek('bob')).toMatchObject({ remaining: 1 })
})

it('asks them in the order in which their keys can be read, and shows those that are shown in that order', () => {
  const { ask } = limits([...login, { name: 'site', key: 'global', rate: '9/s' }])
  expect(ask({ body: { username: 'ann' } }).sent).toEqual({
    'ratelimit-policy': '"login-ip";q=5;w=60, "site";q=9;w=1',
    ratelimit: '"login-ip";r=4;t=60, "site";r=8;t=1',
  })
  expect(published).toMatchObject([{ names: ['login-ip', 'site', 'login-username'], remaining: 2 }])
})

it('names in a refusal the limits that refused and are shown, and the longest time of all that refused', () => {
  const { ask } = limits([
    { name: 'a', key: 'ip', rate: '1/m' },
    { name: 'b', key: 'global', rate: '1/5m' },
    { name: 'c', key: 'ip', rate: '1/h', expose: false },
    { name: 'd', key: 'ip', rate: '9/d' },
  ])
  ask()
  const { reply, sent } = ask()
  expect(reply?.headers).toMatchObject({ 'retry-after': '3600' })
  expect(reply?.body).toContain('"violated-policies":["a","b"]')
  expect(sent['ratelimit']).toBe('"a";r=0;t=60, "b";r=0;t=300, "d";r=8;t=86400')
  expect(published.at(-1)).toMatchObject({ violated: ['a', 'b', 'c'], retryAfterMs: 3_600_000 })
})

it('adds to the fields of the guards before it', () => {
  const first = rateLimit({
    name: 'burst',
    key: 'ip',
    rate: '5/s',
    store: memoryStore({ now: () => 0 }),
    headers: 'both',
  })
  const second = rateLimit({
    name: 'daily',
    key: 'ip',
    rate: '1/d',
    store: memoryStore({ now: () => 0 }),
    headers: 'both',
  })
  const third = rateLimit({
    name: 'hourly',
    key: 'ip',
    rate: '9/h',
    store: memoryStore({ now: () => 0 }),
    headers: 'both',
  })
  const request = exchange()
  for (const guard of [first, second, third]) void guard.onRequest?.(request)
  expect(Object.fromEntries(request.sent)).toEqual({
    'ratelimit-policy': '"burst";q=5;w=1, "daily";q=1;w=86400, "hourly";q=9;w=3600',
    ratelimit: '"burst";r=4;t=1, "daily";r=0;t=86400, "hourly";r=8;t=3600',
    'x-ratelimit-limit': '1',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '86400',
  })
})

it('a limit that only watches refuses nobody, is not shown, and is reported', () => {
  const { ask } = limits([
    { name: 'now', key: 'ip', rate: '3/m' },
    { name: 'planned', key: 'ip', rate: '1/m', shadow: true },
    { name: 'closed', key: 'ip', rate: '0/s', shadow: true },
  ])
  expect(ask().sent['ratelimit']).toBe('"now";r=2;t=60')
  expect([ask().status, ask().status, ask().status]).toEqual([undefined, undefined, 429])
  expect(published.map(({ shadowed }) => shadowed)).toEqual([
    ['closed'],
    ['planned', 'closed'],
    ['planned', 'closed'],
    [],
  ])
})

it('a limit that only watches keeps no other from being counted, nor is it counted for one that refuses', () => {
  const { guard, ask } = limits([
    { name: 'now', key: 'ip', rate: '2/m' },
    { name: 'planned', key: 'ip', rate: '9/m', shadow: true },
  ])
  for (let index = 0; index < 5; index++) ask()
  expect(guard.limiter('planned').peek('203.0.113.9')).toMatchObject({ remaining: 7 })
  expect(guard.limiter('now').peek('203.0.113.9')).toMatchObject({ remaining: 0 })
})

it('a limit that only watches reports whom it would refuse without counting', () => {
  const { ask } = limits([{ name: 'planned', key: 'header:x', rate: '9/m', shadow: true, missing: 'deny' }])
  expect(ask().status).toBeUndefined()
  expect(published).toEqual([
    {
      names: ['planned'],
      allowed: true,
      violated: [],
      shadowed: ['planned'],
      remaining: undefined,
      retryAfterMs: 0,
      degraded: false,
    },
  ])
})

it('one that refuses without counting keeps the others from counting', () => {
  const { guard, ask } = limits([
    { name: 'site', key: 'ip', rate: '9/m' },
    { name: 'key', key: 'header:x-key', rate: '9/m', missing: 'deny' },
  ])
  expect(ask().status).toBe(400)
  expect(guard.limiter('site').peek('203.0.113.9')).toMatchObject({ remaining: 9 })
})

it('one with a limit of 0 keeps the others from counting', () => {
  const { guard, ask } = limits([
    { name: 'site', key: 'ip', rate: '9/m' },
    { name: 'closed', key: 'ip', rate: '0/s' },
  ])
  expect(ask().status).toBe(429)
  expect(guard.limiter('site').peek('203.0.113.9')).toMatchObject({ remaining: 9 })
  expect(guard.limiter('closed').peek('203.0.113.9')).toMatchObject({ allowed: false, violated: ['closed'] })
})
