import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeEach, describe, expect, inject, it, vi, type MockInstance } from 'vitest'
import { redisStore } from '../src/redis.ts'
import type { RedisStoreOptions } from '../src/redis/redis-options.ts'
import type { RateLimitStore } from '../src/store.ts'
import { consume, quotaOf } from './store-conformance.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const three = quotaOf('exact', { windowMs: 60_000 })
const key = 'key'

let prefix: string
let store: RateLimitStore
let sent: MockInstance<Redis['evalsha']>

function create(options: RedisStoreOptions = {}): RateLimitStore {
  return redisStore(redis, { prefix, deadlineMs: 10_000, ...options })
}

beforeEach(async () => {
  prefix = randomUUID()
  store = create()
  await consume(store, key, three, 4)
  sent = vi.spyOn(redis, 'evalsha')
})
afterEach(() => sent.mockRestore())

describe('redisStore that has refused a key', () => {
  it('refuses it again at once, without asking Redis', () => {
    const verdict = store.consume(key, three, 1)
    expect(verdict).toMatchObject({ allowed: false, remaining: 0, stamp: 0 })
    expect(verdict).not.toBeInstanceOf(Promise)
    expect(sent).not.toHaveBeenCalled()
  })

  it('refuses several claims when one of them is on it, and has looked at no other', async () => {
    const claims = ['other', key].map((name) => ({ key: name, quota: three, cost: 1 }))
    expect(await store.decide(claims)).toMatchObject([undefined, { allowed: false }])
    expect(sent).not.toHaveBeenCalled()
  })

  it('asks Redis about a smaller cost, which may fit', async () => {
    await store.consume('partly', three, 2)
    expect(await store.consume('partly', three, 2)).toMatchObject({ allowed: false, remaining: 1 })
    expect(await store.consume('partly', three, 3)).toMatchObject({ allowed: false })
    expect(await store.consume('partly', three, 1)).toMatchObject({ allowed: true, remaining: 0 })
  })

  it('asks Redis again when the wait is over', async () => {
    const short = quotaOf('exact', { windowMs: 200 })
    const refused = (await consume(store, 'short', short, 4)).at(-1)
    await sleep((refused?.retryAfterMs ?? 0) + 2)
    expect((await store.consume('short', short, 1)).allowed).toBe(true)
  })

  it.each([
    ['resets', () => store.reset(key, three)],
    ['rewards', () => store.adjust(key, three, -1)],
  ])('asks Redis again when this process %s the key', async (_, change) => {
    await change()
    expect((await store.consume(key, three, 1)).allowed).toBe(true)
  })

  it('remembers no refusal that was on its way when the key was reset', async () => {
    const other = create()
    const late = other.consume(key, three, 1)
    await new Promise<void>((resolve) => {
      process.nextTick(resolve)
    })
    await Promise.all([late, other.reset(key, three)])
    expect((await late).allowed).toBe(false)
    expect((await other.consume(key, three, 1)).allowed).toBe(true)
  })

  it('learns of a reset by another process after denyCacheMs', async () => {
    const brief = create({ denyCacheMs: 100 })
    await brief.consume(key, three, 1)
    await create().reset(key, three)
    expect((await brief.consume(key, three, 1)).allowed).toBe(false)
    await sleep(102)
    expect((await brief.consume(key, three, 1)).allowed).toBe(true)
  })

  it('remembers no more than denyCacheKeys', async () => {
    const small = create({ denyCacheKeys: 2 })
    for (const name of ['a', 'b', 'c']) await consume(small, name, three, 4)
    sent.mockClear()
    for (const name of ['c', 'b', 'a']) expect((await small.consume(name, three, 1)).allowed).toBe(false)
    expect(sent).toHaveBeenCalledOnce()
  })

  it('asks Redis every time where denyCacheKeys is 0', async () => {
    const none = create({ denyCacheKeys: 0 })
    await consume(none, key, three, 3)
    expect(sent).toHaveBeenCalledTimes(3)
  })
})
