import { channel } from 'node:diagnostics_channel'
import type { Guard, Reply } from '@seawall/guard'
import { startRedis, type Service } from '@seawall/services'
import { Redis, type RedisOptions } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rateLimit, type FailurePolicy, type RateLimitDecision } from '../src/index.ts'
import { redisStore } from '../src/redis.ts'
import { exchange } from './exchange.ts'

const deadlineMs = 75
/** What a busy machine may add to a deadline. */
const slackMs = 1_000
const probeMs = 400

const decisions = channel('seawall:ratelimit:decision')

let service: Service
let redis: Redis
let published: RateLimitDecision[]
const listen = (message: unknown) => published.push(message as RateLimitDecision)

beforeEach(async () => {
  service = await startRedis()
  published = []
  decisions.subscribe(listen)
})

afterEach(async () => {
  decisions.unsubscribe(listen)
  redis.disconnect()
  await service.stop()
})

type ClientOptions = Pick<RedisOptions, 'enableOfflineQueue' | 'autoResendUnfulfilledCommands' | 'maxRetriesPerRequest'>

async function connect(options: ClientOptions = {}): Promise<void> {
  redis = new Redis(service.url, { ...options, retryStrategy: () => 50 })
  redis.on('error', () => {})
  await vi.waitFor(() => expect(redis.status).toBe('ready'), { timeout: 5_000, interval: 10 })
}

function limit(onError?: FailurePolicy, rate = '3/m'): Guard {
  const store = redisStore(redis, { deadlineMs, probeMs })
  return rateLimit({ key: 'ip', rate, store, ...(onError === undefined ? {} : { onError }) })
}

async function ask(guard: Guard, ip = '203.0.113.9'): Promise<{ reply: Reply | undefined; tookMs: number }> {
  const start = performance.now()
  const reply = await guard.onRequest?.(exchange({ ip }))
  return { reply, tookMs: performance.now() - start }
}

/** Asks until the breaker has opened. */
async function open(guard: Guard): Promise<void> {
  for (let index = 0; index < 5; index++) await ask(guard, `198.51.100.${index}`)
}

async function expectRecovery(guard: Guard): Promise<void> {
  await vi.waitFor(
    async () => {
      await ask(guard, '192.0.2.1')
      expect(published.at(-1)?.degraded).toBe(false)
    },
    { timeout: 10_000, interval: 50 },
  )
}

describe('a limit whose Redis hangs', () => {
  it('is decided within its deadline', async () => {
    await connect()
    const guard = limit()
    await service.pause()
    const { reply, tookMs } = await ask(guard)
    expect(reply).toBeUndefined()
    expect(tookMs).toBeGreaterThanOrEqual(deadlineMs - 5)
    expect(tookMs).toBeLessThan(deadlineMs + slackMs)
  })

  it('is decided at once after five failures, and sends Redis nothing more', async () => {
    await connect()
    const guard = limit()
    await service.pause()
    await open(guard)
    const sent = vi.spyOn(redis, 'evalsha')
    await Promise.all(Array.from({ length: 200 }, () => ask(guard)))
    expect(sent).not.toHaveBeenCalled()
  })

  it('still limits, in memory, and says that it is degraded', async () => {
    await connect()
    const guard = limit()
    await service.pause()
    const replies = []
    for (let index = 0; index < 5; index++) replies.push((await ask(guard)).reply?.status)
    expect(replies).toEqual([undefined, undefined, undefined, 429, 429])
    expect(published.every((message) => message.degraded)).toBe(true)
  })

  it('is counted by Redis again when Redis goes on', async () => {
    await connect()
    const guard = limit()
    await service.pause()
    await open(guard)
    await service.resume()
    await expectRecovery(guard)
  })

  it('lets requests go on uncounted where it says allow', async () => {
    await connect()
    const guard = limit('allow')
    await service.pause()
    for (let index = 0; index < 10; index++) expect((await ask(guard)).reply).toBeUndefined()
    expect(published.at(-1)).toEqual({
      name: 'ip-3/m',
      allowed: true,
      remaining: undefined,
      retryAfterMs: 0,
      degraded: true,
    })
  })

  it('answers 503 where it says deny', async () => {
    await connect()
    const guard = limit('deny')
    await service.pause()
    const { reply } = await ask(guard)
    expect(reply).toEqual({
      status: 503,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '5' },
      body: '{"type":"https://iana.org/assignments/http-problem-types#temporary-reduced-capacity","title":"Service Unavailable","status":503,"detail":"The rate limit cannot be decided now. Retry in 5 seconds."}',
    })
    expect(published.at(-1)).toMatchObject({
      allowed: false,
      remaining: undefined,
      retryAfterMs: 5_000,
      degraded: true,
    })
  })
})

describe.each([
  ['with the defaults of ioredis', {}],
  ['with fast failure', { enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 }],
] satisfies [string, ClientOptions][])('a limit whose Redis is killed, %s', (_, options) => {
  it('is decided within its deadline, then at once, and by Redis again when Redis is back', async () => {
    await connect(options)
    const guard = limit()
    await ask(guard)
    await service.kill()
    const statuses = []
    for (let index = 0; index < 6; index++) {
      const { reply, tookMs } = await ask(guard)
      expect(tookMs).toBeLessThan(deadlineMs + slackMs)
      statuses.push(reply?.status)
    }
    expect(statuses).toEqual([undefined, undefined, undefined, 429, 429, 429])
    const sent = vi.spyOn(redis, 'evalsha')
    await ask(guard)
    expect(sent).not.toHaveBeenCalled()
    sent.mockRestore()
    await service.restart()
    await expectRecovery(guard)
  })
})

describe('a limit whose client was closed', () => {
  it('falls back', async () => {
    await connect()
    const guard = limit()
    redis.disconnect()
    const statuses = []
    for (let index = 0; index < 4; index++) statuses.push((await ask(guard)).reply?.status)
    expect(statuses).toEqual([undefined, undefined, undefined, 429])
  })
})
