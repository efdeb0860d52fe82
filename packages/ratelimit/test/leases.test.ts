import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, it, vi } from 'vitest'
import { redisStore } from '../src/redis.ts'
import type { Algorithm } from '../src/store.ts'
import { consume, quotaOf } from './store-conformance.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

function create(prefix: string = randomUUID(), lease = 20) {
  return redisStore(redis, { prefix, lease, deadlineMs: 10_000 })
}

const hour = 3_600_000

describe('redisStore with leases', () => {
  it.each<Algorithm>(['exact', 'gcra', 'fixed'])('admits by %s twenty with one call, at once', async (algorithm) => {
    const quota = quotaOf(algorithm, { limit: 200, windowMs: hour })
    const store = create()
    const first = await store.consume('key', quota, 1)
    const sent = vi.spyOn(redis, 'evalsha')
    for (let index = 1; index < 20; index++) {
      expect(store.consume('key', quota, 1)).toMatchObject({ allowed: true, remaining: first.remaining - index })
    }
    expect(sent).not.toHaveBeenCalled()
    sent.mockRestore()
  })

  it('stops giving out what was taken when the key is blocked or reset by an equal quota', async () => {
    const quota = () => quotaOf('exact', { limit: 200, windowMs: hour })
    const store = create()
    const one = quota()
    await store.consume('key', one, 1)
    expect(store.consume('key', one, 1)).toMatchObject({ allowed: true })
    await store.block('key', quota(), hour)
    expect(await store.consume('key', one, 1)).toMatchObject({ allowed: false })
    await store.reset('key', quota())
    expect(await store.consume('key', one, 1)).toMatchObject({ allowed: true, remaining: 199 })
  })

  it('gives out of one lease to all equal quotas', async () => {
    const store = create()
    const sent = vi.spyOn(redis, 'evalsha')
    for (let index = 0; index < 10; index++)
      await store.consume('key', quotaOf('exact', { limit: 200, windowMs: hour }), 1)
    expect(sent).toHaveBeenCalledOnce()
    sent.mockRestore()
  })

  it('stops giving out what was taken when limits that are decided together block the key', async () => {
    const quota = { ...quotaOf('exact', { limit: 20, windowMs: hour }), blockMs: hour }
    const other = quotaOf('fixed', { limit: 1_000, windowMs: hour })
    const store = create()
    await store.consume('key', quota, 1)
    const all = [
      { key: 'key', quota, cost: 20 },
      { key: 'key', quota: other, cost: 1 },
    ]
    expect((await store.decide(all))[0]).toMatchObject({ allowed: false })
    expect(await store.consume('key', quota, 1)).toMatchObject({ allowed: false })
  })

  it.each<Algorithm>(['exact', 'gcra', 'fixed'])('admits by %s exactly the limit, whoever asks', async (algorithm) => {
    const quota = quotaOf(algorithm, { limit: 205, windowMs: hour })
    const prefix = randomUUID()
    const stores = [create(prefix), create(prefix), create(prefix, 7), create(prefix, 1)]
    const asked = Array.from({ length: 400 }, async (_, index) => stores[index % 4]?.consume('key', quota, 1))
    let admitted = (await Promise.all(asked)).filter((verdict) => verdict?.allowed).length
    for (const store of stores) {
      for (let last = await store.consume('key', quota, 1); last.allowed; last = await store.consume('key', quota, 1))
        admitted++
    }
    expect(admitted).toBeLessThanOrEqual(205)
    // While it is leased, nothing leaks out of a bucket: a fraction of one here.
    expect(admitted).toBeGreaterThanOrEqual(algorithm === 'gcra' ? 204 : 205)
  })

  it.each<Algorithm>(['exact', 'gcra', 'fixed'])('takes by %s for many keys with one call', async (algorithm) => {
    const quota = quotaOf(algorithm, { limit: 100, windowMs: hour })
    const prefix = randomUUID()
    const others = create(prefix, 1)
    await others.consume('used', quota, 30)
    await others.block('blocked', quota, 60_000)
    const store = create(prefix)
    const sent = vi.spyOn(redis, 'evalsha')
    const verdicts = await Promise.all(
      ['new', 'used', 'blocked', 'other', 'used'].map(async (key) => store.consume(key, quota, 1)),
    )
    expect(sent).toHaveBeenCalledOnce()
    sent.mockRestore()
    // While it is leased, nothing leaks out of a bucket: a fraction of one here.
    const full = algorithm === 'gcra' ? 98 : 99
    expect(verdicts.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, full],
      [true, 69],
      [false, 0],
      [true, full],
      [true, 68],
    ])
  })

  it('brings back what it has not given out', async () => {
    const quota = quotaOf('exact', { limit: 100, windowMs: 60_000 })
    const store = create()
    await consume(store, 'key', quota, 3)
    expect((await store.peek('key', quota)).remaining).toBe(90)
    await vi.waitFor(async () => expect((await store.peek('key', quota)).remaining).toBe(97), {
      timeout: 10_000,
      interval: 50,
    })
  })

  it('counts what it took as used from the moment at which it could last be given out', async () => {
    const quota = quotaOf('exact', { limit: 100, windowMs: 5_000 })
    const prefix = randomUUID()
    const before = await create(prefix, 1).consume('key', quota, 1)
    const { stamp } = await create(prefix).consume('key', quota, 1)
    expect(stamp - before.stamp).toBeGreaterThanOrEqual(500_000)
    const counted = await redis.lrange(`{${prefix}}:exact:100/5000:key`, 0, -1)
    expect(counted.map(Number)).toEqual([...Array.from({ length: 10 }, () => stamp), before.stamp])
  })

  it('gives nothing out that it took too long ago', async () => {
    const quota = quotaOf('gcra', { limit: 100, windowMs: 400 })
    const store = create()
    await store.consume('key', quota, 1)
    await sleep(50)
    const sent = vi.spyOn(redis, 'evalsha')
    await store.consume('key', quota, 1)
    expect(sent).toHaveBeenCalled()
    sent.mockRestore()
  })

  it('gives nothing out after this process has blocked or reset the key', async () => {
    const quota = quotaOf('exact', { limit: 100, windowMs: hour })
    const store = create()
    await store.consume('key', quota, 1)
    await store.block('key', quota, 60_000)
    expect((await store.consume('key', quota, 1)).allowed).toBe(false)
    await store.reset('key', quota)
    await store.consume('key', quota, 1)
    expect((await store.peek('key', quota)).remaining).toBe(90)
  })

  it.each(['block', 'reset'] as const)('gives out no lease that was on its way at a %s', async (operation) => {
    const quota = quotaOf('exact', { limit: 100, windowMs: hour })
    const prefix = randomUUID()
    const store = create(prefix)
    const asked = store.consume('key', quota, 1)
    await new Promise((resolve) => process.nextTick(resolve))
    await (operation === 'block' ? store.block('key', quota, 60_000) : store.reset('key', quota))
    const blocked = operation === 'block'
    expect((await asked).allowed).toBe(!blocked)
    expect((await store.consume('key', quota, 1)).allowed).toBe(!blocked)
    const counted = await redis.lrange(`{${prefix}}:exact:100/${hour}:key`, 0, -1)
    expect(counted).toHaveLength(11)
  })

  it('counts no cost that has to wait for what leases have taken', async () => {
    const quota = quotaOf('exact', { limit: 20, windowMs: 60_000 })
    const prefix = randomUUID()
    const [held, single] = [50_000, 70_000].map((ago) => (Date.now() - ago) * 1_000) as [number, number]
    const stamps = [...Array.from({ length: 18 }, () => held), single, single]
    const name = `{${prefix}}:exact:20/60000:key`
    await redis.lpush(name, ...stamps)
    const verdict = await create(prefix, 1).consume('key', quota, 20)
    expect(verdict).toMatchObject({ allowed: false, remaining: 0 })
    expect(verdict.retryAfterMs).toBeGreaterThan(1_000)
    expect(await redis.llen(name)).toBe(20)
  })

  it('takes no lease under a limit of which a tenth is one, nor for a cost other than 1', async () => {
    const store = create()
    const few = quotaOf('exact', { limit: 19, windowMs: hour })
    const many = quotaOf('exact', { limit: 100, windowMs: hour })
    await store.consume('key', few, 1)
    await store.consume('key', many, 2)
    expect((await store.peek('key', few)).remaining).toBe(18)
    expect((await store.peek('key', many)).remaining).toBe(98)
  })

  it('gives nothing back in a fixed window that began after the lease', async () => {
    const quota = quotaOf('fixed', { limit: 100, windowMs: 60_000 })
    const prefix = randomUUID()
    const store = create(prefix)
    const { stamp } = await store.consume('key', quota, 1)
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
    const next = Buffer.alloc(24)
    next.writeDoubleBE(50, 0)
    next.writeDoubleBE(seconds * 1_000_000 + micros + 60_000_000, 8)
    await redis.set(`{${prefix}}:fixed:100/60000:key`, next, 'PX', 60_000)
    expect((await store.adjust('key', quota, -1, stamp)).remaining).toBe(50)
  })

  it('brings nothing back that has leaked out of its bucket since', async () => {
    const prefix = randomUUID()
    const store = create(prefix)
    const sent = vi.spyOn(redis, 'evalsha')
    await store.consume('leaky', quotaOf('gcra', { limit: 1_000 }), 1)
    await store.consume('log', quotaOf('exact', { limit: 1_000 }), 1)
    const broughtBack = () => {
      const names = sent.mock.calls.filter((call) => call.includes('adjust')).map((call) => String(call[2]))
      return names.filter((name) => name.includes(prefix))
    }
    await vi.waitFor(() => expect(broughtBack()).toContain(`{${prefix}}:exact:1000/1000:log`), 10_000)
    expect(broughtBack()).toHaveLength(1)
    sent.mockRestore()
  })

  it('takes back a claim that a lease gave out', async () => {
    const quota = quotaOf('exact', { limit: 100, windowMs: hour })
    const store = create()
    const { stamp } = await store.consume('key', quota, 1)
    expect((await store.adjust('key', quota, -1, stamp)).remaining).toBe(91)
  })
})
