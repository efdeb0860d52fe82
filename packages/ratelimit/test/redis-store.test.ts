import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { redisStore } from '../src/redis.ts'
import type { RedisClient } from '../src/redis-options.ts'

const run = promisify(execFile)
const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const rate = { limit: 5, windowMs: 60_000 }

describe('redisStore', () => {
  it('never admits more than the limit in any window, by the clock of Redis', async () => {
    const prefix = randomUUID()
    const store = redisStore(redis, { prefix, deadlineMs: 5_000 })
    const tight = { limit: 4, windowMs: 100 }
    const stamps: number[] = []
    const end = performance.now() + 1_500
    while (performance.now() < end) {
      if (!(await store.consume('key', tight)).allowed) continue
      stamps.push(Number(await redis.lindex(`${prefix}:4/100:key`, 0)))
    }
    expect(stamps.length).toBeGreaterThan(40)
    for (const [index, stamp] of stamps.entries()) {
      const limitBefore = stamps[index - tight.limit]
      if (limitBefore !== undefined) expect(stamp - limitBefore).toBeGreaterThanOrEqual(tight.windowMs * 1_000)
    }
  })

  it('admits exactly the limit of what several processes ask for at once', async () => {
    const script = new URL('consume-in-process.ts', import.meta.url).pathname
    const arguments_ = [script, inject('redisUrl'), randomUUID(), '500', '100']
    const results = await Promise.all([1, 2].map(() => run(process.execPath, arguments_)))
    expect(results.map(({ stdout }) => Number(stdout)).reduce((sum, count) => sum + count)).toBe(100)
  })

  it('goes on when Redis has forgotten the script', async () => {
    const store = redisStore(redis, { prefix: randomUUID(), deadlineMs: 5_000 })
    await store.consume('key', rate)
    await redis.script('FLUSH')
    expect(await store.consume('key', rate)).toMatchObject({ allowed: true, remaining: 3 })
    expect(await store.consume('key', rate)).toMatchObject({ allowed: true, remaining: 2 })
  })

  it('keeps one list a key, no longer than the limit, that expires with its window', async () => {
    const prefix = randomUUID()
    const store = redisStore(redis, { prefix, deadlineMs: 5_000 })
    for (let index = 0; index < 20; index++) await store.consume('key', rate)
    const [name, ...others] = await redis.keys(`${prefix}*`)
    expect(others).toEqual([])
    expect(name).toBe(`${prefix}:5/60000:key`)
    expect(await redis.llen(name ?? '')).toBe(5)
    const ttlMs = await redis.pttl(name ?? '')
    expect(ttlMs).toBeGreaterThan(0)
    expect(ttlMs).toBeLessThanOrEqual(60_001)
  })

  it('waits at its newest stamp when the clock of Redis was set back a little', async () => {
    const prefix = randomUUID()
    const store = redisStore(redis, { prefix, deadlineMs: 5_000 })
    const ahead = (Date.now() + 30_000) * 1_000
    await redis.lpush(`${prefix}:5/60000:key`, ...Array.from({ length: 5 }, () => ahead))
    expect(await store.consume('key', rate)).toEqual({ allowed: false, remaining: 0, resetMs: 60_000 })
  })

  it('forgets a key when the clock of Redis was set back by more than its window', async () => {
    const prefix = randomUUID()
    const store = redisStore(redis, { prefix, deadlineMs: 5_000 })
    const ahead = (Date.now() + 90_000) * 1_000
    await redis.lpush(`${prefix}:5/60000:key`, ...Array.from({ length: 5 }, () => ahead))
    expect(await store.consume('key', rate)).toEqual({ allowed: true, remaining: 4, resetMs: 60_000 })
  })

  it('rejects, naming the cause, when Redis refuses the command', async () => {
    const prefix = randomUUID()
    const store = redisStore(redis, { prefix, deadlineMs: 5_000 })
    await redis.set(`${prefix}:5/60000:key`, 'not a list', 'PX', 60_000)
    await expect(store.consume('key', rate)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      code: 'ERR_RATE_LIMIT_STORE_UNAVAILABLE',
      cause: expect.objectContaining({ message: expect.stringContaining('WRONGTYPE') }),
    })
  })

  it('rejects a reply that is no decision', async () => {
    const odd: RedisClient = { evalsha: async () => 'OK', eval: async () => null }
    await expect(redisStore(odd).consume('key', rate)).rejects.toThrow('Cannot decide as Redis refused')
  })

  it('leaves an answer that came while the process was busy its chance', async () => {
    const store = redisStore(redis, { prefix: randomUUID(), deadlineMs: 30 })
    await redis.ping()
    const decision = store.consume('key', rate)
    const end = performance.now() + 200
    await new Promise(setImmediate)
    while (performance.now() < end);
    expect((await decision).allowed).toBe(true)
  })

  it.each([
    [{}, {}, TypeError, "Cannot create a Redis store as 'redis' must be an ioredis client"],
    [redis, { prefix: '' }, RangeError, "Cannot create a Redis store as 'prefix' must be"],
    [redis, { deadlineMs: 0 }, RangeError, "Cannot create a Redis store as 'deadlineMs' must be"],
    [redis, { failures: 0 }, RangeError, "Cannot create a Redis store as 'failures' must be"],
    [redis, { probeMs: 1.5 }, RangeError, "Cannot create a Redis store as 'probeMs' must be"],
    [redis, { deadline: 5 }, TypeError, "'deadline' is not an option: did you mean 'deadlineMs'?"],
  ])('refuses bad options (%#)', (client, options, type, message) => {
    const create = () => redisStore(client as RedisClient, options as object)
    expect(create).toThrow(type)
    expect(create).toThrow(message)
  })
})
