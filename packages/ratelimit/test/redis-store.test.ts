import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, it, vi } from 'vitest'
import type { RedisClient } from '../src/redis/redis-options.ts'
import { redisStore } from '../src/redis.ts'
import { consume, quotaOf } from './store-conformance.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const five = quotaOf('exact', { limit: 5, windowMs: 60_000 })

function create(prefix: string = randomUUID()) {
  return redisStore(redis, { prefix, deadlineMs: 10_000, denyCacheKeys: 0 })
}

describe('redisStore', () => {
  it('decides everything that is asked in one turn of the event loop in few calls', async () => {
    const sent = vi.spyOn(redis, 'evalsha')
    const store = create()
    await Promise.all(Array.from({ length: 320 }, async (_, index) => store.consume(`key ${index}`, five, 1)))
    expect(sent.mock.calls.length).toBeLessThanOrEqual(10)
    sent.mockClear()
    const claims = ['a', 'b', 'c'].map((key) => ({ key, quota: five, cost: 1 }))
    await store.decide(claims)
    expect(sent).toHaveBeenCalledOnce()
    sent.mockRestore()
  })

  it('tells decisions of one call apart', async () => {
    const store = create()
    const costs = [1, 2, 5, 3, 4, 6]
    const verdicts = await Promise.all(costs.map(async (cost) => store.consume(`key ${cost % 2}`, five, cost)))
    expect(verdicts.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 4],
      [true, 3],
      [false, 4],
      [true, 1],
      [false, 3],
      [false, 3],
    ])
  })

  it('goes on when Redis has forgotten the scripts', async () => {
    const store = create()
    await store.consume('key', five, 1)
    await redis.script('FLUSH')
    expect(await store.consume('key', five, 1)).toMatchObject({ allowed: true, remaining: 3 })
    await redis.script('FLUSH')
    expect(await store.adjust('key', five, -1)).toMatchObject({ remaining: 4 })
  })

  it.each(['exact', 'gcra', 'fixed'] as const)(
    'keeps by %s no key without an expiry, nor for long',
    async (algorithm) => {
      const prefix = randomUUID()
      const store = create(prefix)
      const quota = { ...five, algorithm }
      await consume(store, 'used', quota, 8)
      await store.decide(['together', 'used'].map((key) => ({ key, quota, cost: 1 })))
      await store.adjust('penalty', quota, 3)
      await store.adjust('penalty', quota, -2)
      await store.adjust('reward', quota, -3)
      await store.block('blocked', quota, 30_000)
      await store.block('lifted', quota, 30_000)
      await store.block('lifted', quota, 0)
      await consume(store, 'refused', { ...quota, blockMs: 90_000 }, 6)
      await store.peek('peeked', quota)
      await store.reset('penalty', quota)
      const names = await redis.keys(`{${prefix}}:*`)
      expect(names.length).toBeGreaterThanOrEqual(3)
      for (const name of names) {
        const ttlMs = await redis.pttl(name)
        expect(ttlMs).not.toBe(-1)
        expect(ttlMs).toBeLessThanOrEqual(90_100)
      }
    },
  )

  it('gives a key that is blocked for longer than its window an expiry as long', async () => {
    const prefix = randomUUID()
    const store = create(prefix)
    await store.consume('key', five, 1)
    await store.block('key', five, 3_600_000)
    await store.adjust('key', five, 1)
    expect(await redis.pttl(`{${prefix}}:exact:5/60000:key`)).toBeGreaterThan(3_500_000)
  })

  it('keeps a log no longer than the limit, with stamps to the microsecond', async () => {
    const prefix = randomUUID()
    const store = create(prefix)
    const verdicts = await consume(store, 'key', five, 20)
    await store.adjust('key', five, 3)
    const stamps = await redis.lrange(`{${prefix}}:exact:5/60000:key`, 0, -1)
    expect(stamps).toHaveLength(5)
    expect(stamps.slice(3)).toEqual([String(verdicts[4]?.stamp), String(verdicts[3]?.stamp)])
  })

  it.each([
    ['waits for a clock of Redis that was set back', 30_000, false],
    ['forgets a key when the clock of Redis was set back by more than its window', 90_000, true],
  ])('%s', async (_, aheadMs, allowed) => {
    const prefix = randomUUID()
    const ahead = (Date.now() + aheadMs) * 1_000
    await redis.lpush(`{${prefix}}:exact:5/60000:key`, ...Array.from({ length: 5 }, () => ahead))
    expect((await create(prefix).consume('key', five, 1)).allowed).toBe(allowed)
  })

  it('rejects, naming the cause, when Redis refuses the command', async () => {
    const prefix = randomUUID()
    await redis.set(`{${prefix}}:exact:5/60000:key`, 'not a list', 'PX', 60_000)
    await expect(create(prefix).consume('key', five, 1)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      code: 'ERR_RATE_LIMIT_STORE_UNAVAILABLE',
      cause: expect.objectContaining({ message: expect.stringContaining('WRONGTYPE') }),
    })
  })

  it('rejects a reply that is no decision', async () => {
    const odd: RedisClient = { evalsha: async () => 'OK', eval: async () => null }
    await expect(redisStore(odd).consume('key', five, 1)).rejects.toThrow('Cannot decide as Redis replied no decision')
  })

  it('leaves an answer that came while the process was busy its chance', async () => {
    const store = redisStore(redis, { prefix: randomUUID(), deadlineMs: 30 })
    await redis.ping()
    const decision = store.consume('key', five, 1)
    await new Promise(setImmediate)
    const end = performance.now() + 200
    while (performance.now() < end);
    expect((await decision).allowed).toBe(true)
  })

  it.each([
    [{}, {}, TypeError, "Cannot create a Redis store as 'redis' must be an ioredis client"],
    [redis, { prefix: '' }, RangeError, "Cannot create a Redis store as 'prefix' must be"],
    [redis, { prefix: 'a{b}' }, RangeError, "Cannot create a Redis store as 'prefix' must be"],
    [redis, { deadlineMs: 0 }, RangeError, "Cannot create a Redis store as 'deadlineMs' must be"],
    [redis, { failures: 0 }, RangeError, "Cannot create a Redis store as 'failures' must be"],
    [redis, { probeMs: 1.5 }, RangeError, "Cannot create a Redis store as 'probeMs' must be"],
    [redis, { denyCacheKeys: -1 }, RangeError, "Cannot create a Redis store as 'denyCacheKeys' must be"],
    [redis, { denyCacheMs: 0 }, RangeError, "Cannot create a Redis store as 'denyCacheMs' must be"],
    [redis, { lease: 0 }, RangeError, "Cannot create a Redis store as 'lease' must be"],
    [redis, { deadline: 5 }, TypeError, "'deadline' is not an option: did you mean 'deadlineMs'?"],
  ])('refuses bad options (%#)', (client, options, type, message) => {
    const open = () => redisStore(client as RedisClient, options as object)
    expect(open).toThrow(type)
    expect(open).toThrow(message)
  })
})
