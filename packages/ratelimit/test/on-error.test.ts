import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Reply } from '@seawall/guard'
import { startRedis } from '@seawall/services'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createLimiter,
  rateLimit,
  type LimitOptions,
  type RateLimitDecision,
  type RateLimitSettings,
} from '../src/index.ts'
import { redisStore } from '../src/redis.ts'
import { brokenStore, rejectGone, throwGone } from './broken-store.ts'
import { exchange } from './exchange.ts'

const decisions = channel('seawall:ratelimit:decision')

let published: RateLimitDecision[]
const listen = (message: unknown) => published.push(message as RateLimitDecision)

beforeEach(() => {
  published = []
  decisions.subscribe(listen)
})
afterEach(() => decisions.unsubscribe(listen))

describe.each([
  ['throws', throwGone],
  ['rejects', rejectGone],
])('when the store %s', (_, fail) => {
  async function ask(count: number, options: readonly LimitOptions[], settings: RateLimitSettings = {}) {
    const guard = rateLimit(options, { store: brokenStore(fail), ...settings })
    const replies: (Reply | undefined)[] = []
    for (let index = 0; index < count; index++) replies.push(await guard.onRequest?.(exchange()))
    return replies
  }

  it('fallback counts in the memory of this process', async () => {
    const replies = await ask(3, [{ name: 'a', key: 'ip', rate: '2/m' }])
    expect(replies.map((reply) => reply?.status)).toEqual([undefined, undefined, 429])
    expect(published.map(({ degraded, allowed }) => [degraded, allowed])).toEqual([
      [true, true],
      [true, true],
      [true, false],
    ])
  })

  it('fallback admits no more than the share of this process, and at least one', async () => {
    const replies = await ask(4, [{ name: 'a', key: 'ip', rate: '8/m' }], { processes: 3 })
    expect(replies.map((reply) => reply?.status)).toEqual([undefined, undefined, 429, 429])
    const [first, second] = await ask(2, [{ name: 'a', key: 'ip', rate: '8/m' }], { processes: 100 })
    expect([first?.status, second?.status]).toEqual([undefined, 429])
  })

  it('allow lets all go on, uncounted', async () => {
    const replies = await ask(3, [{ name: 'a', key: 'ip', rate: '1/m', onError: 'allow' }])
    expect(replies).toEqual([undefined, undefined, undefined])
    expect(published.at(-1)).toMatchObject({ allowed: true, degraded: true, remaining: undefined })
  })

  it('deny answers 503', async () => {
    const [reply] = await ask(1, [{ name: 'a', key: 'ip', rate: '9/m', onError: 'deny' }])
    expect(reply).toEqual({
      status: 503,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '5' },
      body: '{"type":"https://iana.org/assignments/http-problem-types#temporary-reduced-capacity","title":"Service Unavailable","status":503,"detail":"The rate limit cannot be decided now. Retry in 5 seconds."}',
    })
    expect(published).toMatchObject([{ allowed: false, degraded: true, violated: [] }])
  })

  it('each of several limits does as it is told, and one that denies denies for all', async () => {
    const lenient: LimitOptions = { name: 'a', key: 'ip', rate: '1/m', onError: 'allow' }
    const counted: LimitOptions = { name: 'b', key: 'ip', rate: '2/m' }
    const strict: LimitOptions = { name: 'c', key: 'ip', rate: '9/m', onError: 'deny' }
    const some = await ask(3, [lenient, counted])
    expect(some.map((reply) => reply?.status)).toEqual([undefined, undefined, 429])
    const all = await ask(1, [lenient, counted, strict])
    expect(all.map((reply) => reply?.status)).toEqual([503])
  })

  it('a limit that only watches refuses nobody, and reports that it could not decide', async () => {
    expect(await ask(2, [{ name: 'a', key: 'ip', rate: '1/m', shadow: true, onError: 'deny' }])).toEqual([
      undefined,
      undefined,
    ])
    expect(published).toMatchObject([{ degraded: true }, { degraded: true }])
  })

  it('a limiter decides too, and what is no decision fails', async () => {
    const limiter = createLimiter({ name: 'mails', rate: '1/m' }, { store: brokenStore(fail) })
    expect(await limiter.consume('ann')).toMatchObject({ allowed: true, degraded: true })
    expect(await limiter.consume('ann')).toMatchObject({ allowed: false, degraded: true, violated: ['mails'] })
    for (const fails of [
      () => limiter.peek('a'),
      () => limiter.penalty('a'),
      () => limiter.block('a', 1),
      () => limiter.reset('a'),
    ])
      await expect((async () => fails())()).rejects.toThrow('gone')
    const strict = createLimiter({ name: 'mails', rate: '1/m', onError: 'deny' }, { store: brokenStore(fail) })
    expect(await strict.consume('ann')).toMatchObject({ allowed: false, degraded: true, violated: [], remaining: 0 })
  })

  it('what is settled is lost, and said to be', async () => {
    const limiter = createLimiter({ name: 'a', rate: '3/m' }, { store: brokenStore(fail) })
    const decision = await limiter.consume('ann')
    expect(await decision.settle(2)).toBe(true)
    expect(await limiter.consume('ann')).toMatchObject({ allowed: true, remaining: 0 })
  })
})

describe('when Redis hangs', () => {
  it('every request is decided by the deadline, of many at once no more admitted than the share, and by Redis again when it is back', async () => {
    const server = await startRedis()
    const redis = new Redis(server.url, { enableOfflineQueue: false })
    redis.on('error', () => {})
    await once(redis, 'ready')
    const store = redisStore(redis, { deadlineMs: 200, probeMs: 100, failures: 2 })
    const guard = rateLimit([{ name: 'a', key: 'ip', rate: '4/m' }], { store, processes: 2 })
    const ask = async () => (await guard.onRequest?.(exchange()))?.status
    expect(await ask()).toBeUndefined()
    await server.pause()
    const waiting = await Promise.all(Array.from({ length: 20 }, ask))
    expect(waiting.filter((status) => status === undefined)).toHaveLength(2)
    expect(waiting.filter((status) => status === 429)).toHaveLength(18)
    expect([await ask(), await ask(), await ask()]).toEqual([429, 429, 429])
    expect(published.map(({ degraded }) => degraded)).toEqual([false, ...Array.from({ length: 23 }, () => true)])
    await server.resume()
    await vi.waitFor(async () => {
      await ask()
      expect(published.at(-1)).toMatchObject({ degraded: false })
    }, 10_000)
    redis.disconnect()
    await server.stop()
  })
})
