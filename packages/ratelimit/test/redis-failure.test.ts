import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis, type Service } from '@seawall/services'
import { Redis, type RedisOptions } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { redisStore } from '../src/redis.ts'
import type { RateLimitStore } from '../src/store.ts'
import { quotaOf } from './store-conformance.ts'

const deadlineMs = 75
/** What a busy machine may add to a deadline. */
const slackMs = 1_000
const probeMs = 300
const ten = quotaOf('exact', { limit: 10, windowMs: 60_000 })

let service: Service
let redis: Redis
let store: RateLimitStore
let keys = 0

beforeAll(async () => {
  service = await startRedis()
})
afterAll(() => service.stop())
beforeEach(() => connect())
afterEach(() => redis.disconnect())

type ClientOptions = Pick<RedisOptions, 'enableOfflineQueue' | 'autoResendUnfulfilledCommands' | 'maxRetriesPerRequest'>

async function connect(options: ClientOptions = {}): Promise<void> {
  redis = new Redis(service.url, { ...options, retryStrategy: () => 50 })
  redis.on('error', () => {})
  await vi.waitFor(() => expect(redis.status).toBe('ready'), { timeout: 5_000, interval: 10 })
  store = redisStore(redis, { deadlineMs, probeMs, prefix: `run ${keys++}` })
}

interface Outcome {
  readonly allowed: boolean | undefined
  readonly tookMs: number
}

/** Asks for a key; `allowed` is undefined when the store could not decide. */
async function ask(key = 'key'): Promise<Outcome> {
  const start = performance.now()
  const verdict = await Promise.resolve(store.consume(key, ten, 1)).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'ERR_RATE_LIMIT_STORE_UNAVAILABLE' })
  })
  return { allowed: verdict?.allowed, tookMs: performance.now() - start }
}

async function askUntilOpen(): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let index = 0; index < 5; index++) outcomes.push(await ask())
  return outcomes
}

async function expectRecovery(timeout = 10_000): Promise<void> {
  await vi.waitFor(async () => expect((await ask('another key')).allowed).toBeDefined(), { timeout, interval: 20 })
}

async function used(): Promise<number> {
  return ten.limit - (await store.peek('key', ten)).remaining
}

describe('redisStore whose Redis hangs', () => {
  afterEach(() => service.resume())

  it('fails at its deadline, and after five failures at once, without sending anything more', async () => {
    await ask()
    await service.pause()
    for (const { allowed, tookMs } of await askUntilOpen()) {
      expect(allowed).toBeUndefined()
      expect(tookMs).toBeGreaterThanOrEqual(deadlineMs - 5)
      expect(tookMs).toBeLessThan(deadlineMs + slackMs)
    }
    const sent = vi.spyOn(redis, 'evalsha')
    await Promise.all(Array.from({ length: 200 }, () => ask()))
    expect(sent).not.toHaveBeenCalled()
  })

  it('counts nothing of what it failed to decide, once Redis goes on', async () => {
    await ask()
    await service.pause()
    await Promise.all(Array.from({ length: 4 }, () => ask()))
    await Promise.resolve(store.adjust('key', ten, 3)).catch(() => {})
    await service.resume()
    await expectRecovery(2_000)
    expect(await used()).toBe(1)
  })

  it('carries deadlines by the clock of Redis, so that a command counts nothing even where its reply is lost', async () => {
    await ask()
    await service.pause()
    await askUntilOpen()
    redis.disconnect()
    await service.resume()
    await connect()
    store = redisStore(redis, { prefix: `run ${keys - 2}` })
    expect(await used()).toBe(1)
  })

  it('takes back what was counted although nobody waited, where it had never heard from Redis', async () => {
    await service.pause()
    const together = Promise.resolve(store.decide([{ key: 'key', quota: ten, cost: 3 }]))
    const outcomes = await Promise.allSettled([ask(), ask(), together])
    expect(outcomes[2].status).toBe('rejected')
    await service.resume()
    await vi.waitFor(async () => expect(await used()).toBe(0), { timeout: 5_000, interval: 20 })
  })

  it('brings back leases that came when nobody waited for them any more', async () => {
    const hundred = quotaOf('exact', { limit: 100, windowMs: 60_000 })
    const leasing = redisStore(redis, { deadlineMs, prefix: `lease ${keys}`, lease: 10 })
    const looking = redisStore(redis, { deadlineMs: 5_000, prefix: `lease ${keys}` })
    const names = ['a', 'b', 'c']
    const late = vi.spyOn(redis, 'evalsha')
    await service.pause()
    const outcomes = await Promise.allSettled(names.map(async (name) => leasing.consume(name, hundred, 1)))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(late).toHaveBeenCalledOnce()
    await service.resume()
    // Three are taken back, by a call each.
    await vi.waitFor(() => expect(late).toHaveBeenCalledTimes(4), { timeout: 5_000, interval: 20 })
    late.mockRestore()
    for (const name of names) expect((await looking.peek(name, hundred)).remaining).toBe(100)
  })

  it('gives out the rest of a lease when the next one cannot be asked for, and then fails', async () => {
    const hundred = quotaOf('exact', { limit: 100, windowMs: 60_000 })
    const leasing = redisStore(redis, { deadlineMs, prefix: `lease ${keys}`, lease: 10 })
    await leasing.consume('key', hundred, 1)
    await service.pause()
    const sent = vi.spyOn(redis, 'evalsha')
    for (let index = 0; index < 4; index++) expect(leasing.consume('key', hundred, 1)).toHaveProperty('allowed', true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(sent).toHaveBeenCalledOnce()
    const unavailable = { code: 'ERR_RATE_LIMIT_STORE_UNAVAILABLE' }
    await expect(leasing.consume('another key', hundred, 1)).rejects.toMatchObject(unavailable)
    for (let index = 0; index < 5; index++) expect(leasing.consume('key', hundred, 1)).toHaveProperty('allowed', true)
    expect(sent).toHaveBeenCalledTimes(2)
    await expect(leasing.consume('key', hundred, 1)).rejects.toMatchObject(unavailable)
    sent.mockRestore()
    await service.resume()
  })

  it('lets no request wait while it tries whether Redis is back', async () => {
    await ask()
    await service.pause()
    await askUntilOpen()
    const end = performance.now() + 3 * probeMs
    while (performance.now() < end) {
      const { allowed, tookMs } = await ask()
      expect(allowed).toBeUndefined()
      expect(tookMs).toBeLessThan(deadlineMs)
      await sleep(10)
    }
  })
})

describe.each([
  ['the defaults of ioredis', {}],
  ['fast failure', { enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 }],
] satisfies [string, ClientOptions][])('redisStore whose Redis is killed and started again, with %s', (_, options) => {
  it('fails in time, then at once, and decides again when Redis is back', async () => {
    redis.disconnect()
    await connect(options)
    await ask()
    await service.kill()
    for (const { allowed, tookMs } of await askUntilOpen()) {
      expect(allowed).toBeUndefined()
      expect(tookMs).toBeLessThan(deadlineMs + slackMs)
    }
    const sent = vi.spyOn(redis, 'evalsha')
    await ask()
    expect(sent).not.toHaveBeenCalled()
    sent.mockRestore()
    await service.restart()
    await expectRecovery()
    expect(await used()).toBe(0)
  })
})

describe('redisStore whose client was closed', () => {
  it('fails in time', async () => {
    redis.disconnect()
    for (const { allowed, tookMs } of await askUntilOpen()) {
      expect(allowed).toBeUndefined()
      expect(tookMs).toBeLessThan(deadlineMs + slackMs)
    }
  })
})

describe.each([
  ['is out of memory', 'OOM', () => redis.config('SET', 'maxmemory', '1'), () => redis.config('SET', 'maxmemory', '0')],
  ['is read-only', 'READONLY', () => redis.replicaof('127.0.0.1', 1), () => redis.replicaof('NO', 'ONE')],
] as const)('redisStore whose Redis %s', (_, code, breakIt, mend) => {
  it('fails, naming the cause, counts nothing, and decides again afterwards', async () => {
    await ask()
    await breakIt()
    const refused = await Promise.resolve(store.consume('key', ten, 1)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ name: 'StoreUnavailableError', cause: { message: expect.stringContaining(code) } })
    await Promise.all(Array.from({ length: 60 }, (_, index) => ask(`key ${index}`)))
    await askUntilOpen()
    // Trying finds out by writing, so that reads which still work do not look like a Redis that is well.
    await sleep(probeMs)
    const sent = vi.spyOn(redis, 'evalsha')
    for (let index = 0; index < 5; index++) {
      expect((await ask()).allowed).toBeUndefined()
      await sleep(10)
    }
    expect(sent).toHaveBeenCalledOnce()
    sent.mockRestore()
    await mend()
    await expectRecovery()
    expect(await used()).toBe(1)
    expect(10 - (await store.peek('key 59', ten)).remaining).toBe(0)
  })
})
