import { randomUUID } from 'node:crypto'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, it, vi } from 'vitest'
import { leaseScript } from '../src/redis/lease-script.ts'
import { redisStore } from '../src/redis.ts'
import type { Algorithm, RateLimitStore } from '../src/store.ts'
import { consume, quotaOf } from './store-conformance.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const hour = 3_600_000
const algorithms: readonly Algorithm[] = ['exact', 'gcra', 'fixed']
const exact = quotaOf('exact', { limit: 200, windowMs: hour })

function create(prefix: string = randomUUID(), lease = 20) {
  return redisStore(redis, { prefix, lease, deadlineMs: 10_000 })
}

function counter(prefix: string): string {
  return `{${prefix}}:exact:200/${hour}:key`
}

/** Asks so often at once, and is answered at once. */
function consumeAtOnce(store: RateLimitStore, times: number, quota = exact): void {
  for (let index = 0; index < times; index++) expect(store.consume('key', quota, 1)).toHaveProperty('allowed', true)
}

/** Resolves when every call of before is sent and answered. */
async function answered(): Promise<void> {
  await turn()
  await redis.ping()
  await turn()
}

/** Uses half of the first lease at once, and resolves when the next is here. */
async function takeTwo(store: RateLimitStore, quota = exact): Promise<void> {
  await store.consume('key', quota, 1)
  consumeAtOnce(store, 9, quota)
  await answered()
}

describe('redisStore whose leases are used up fast', () => {
  it.each(algorithms)('gives out by %s one lease after another at once, one less each time', async (algorithm) => {
    const quota = quotaOf(algorithm, { limit: 200, windowMs: hour })
    const store = create()
    const first = await store.consume('key', quota, 1)
    for (let given = 1; given <= 100; given++) {
      expect(store.consume('key', quota, 1)).toMatchObject({ allowed: true, remaining: first.remaining - given })
      if (given % 10 === 0) await answered()
    }
  })

  it('asks for the next when half of one is used up, and holds two at the most', async () => {
    const prefix = randomUUID()
    const store = create(prefix)
    await store.consume('key', exact, 1)
    const taken: number[] = []
    for (const times of [8, 1, 9, 1, 9, 1, 9]) {
      consumeAtOnce(store, times)
      await answered()
      taken.push(await redis.llen(counter(prefix)))
    }
    expect(taken).toEqual([20, 40, 40, 40, 40, 60, 60])
  })

  it('gives what is on its way to those who come when all is used up', async () => {
    const prefix = randomUUID()
    const store = create(prefix)
    await store.consume('key', exact, 1)
    consumeAtOnce(store, 19)
    const late = await Promise.all(Array.from({ length: 20 }, async () => store.consume('key', exact, 1)))
    expect(late.map(({ remaining }) => remaining)).toEqual(Array.from({ length: 20 }, (_, index) => 179 - index))
    expect(await redis.llen(counter(prefix))).toBe(40)
  })

  it('takes one lease at a time for a key that is slow', async () => {
    const quota = quotaOf('exact', { limit: 200, windowMs: 1_000 })
    const store = create()
    const sent = vi.spyOn(redis, 'evalsha')
    let waits = 0
    for (let index = 0; index < 60; index++) {
      const verdict = store.consume('key', quota, 1)
      if ('then' in verdict) waits++
      await verdict
      await sleep(7)
    }
    await answered()
    expect(sent.mock.calls.filter(([sha1]) => sha1 === leaseScript.sha1)).toHaveLength(waits)
    sent.mockRestore()
    expect(waits).toBeGreaterThan(2)
  })

  it('brings back a spare one that was not needed', async () => {
    const prefix = randomUUID()
    await takeTwo(create(prefix))
    expect(await redis.llen(counter(prefix))).toBe(40)
    await vi.waitFor(async () => expect(await redis.llen(counter(prefix))).toBe(10), { timeout: 10_000, interval: 50 })
  })

  it('uses none in a fixed window that began after it', async () => {
    const quota = quotaOf('fixed', { limit: 200, windowMs: 60_000 })
    const prefix = randomUUID()
    const name = `{${prefix}}:fixed:200/60000:key`
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
    const window = Buffer.alloc(24)
    window.writeDoubleBE(1, 0)
    window.writeDoubleBE(seconds * 1_000_000 + micros + 800_000, 8)
    await redis.set(name, window, 'PX', 60_000)
    const store = create(prefix)
    await takeTwo(store, quota)
    expect((await redis.getBuffer(name))?.readDoubleBE(0)).toBe(41)
    await sleep(800)
    expect((await store.consume('key', quota, 1)).remaining).toBe(199)
    expect((await redis.getBuffer(name))?.readDoubleBE(0)).toBe(20)
  })

  it('gives out none of two after this process has blocked the key', async () => {
    const prefix = randomUUID()
    const store = create(prefix)
    await takeTwo(store)
    await store.block('key', exact, 60_000)
    expect((await store.consume('key', exact, 1)).allowed).toBe(false)
    // Those that were used, and the block.
    expect(await redis.llen(counter(prefix))).toBe(11)
  })

  it('gives out none of two after this process has reset the key', async () => {
    const prefix = randomUUID()
    const store = create(prefix)
    await takeTwo(store)
    await store.reset('key', exact)
    expect(await redis.llen(counter(prefix))).toBe(0)
    expect((await store.consume('key', exact, 1)).remaining).toBe(199)
    expect(await redis.llen(counter(prefix))).toBe(20)
  })

  it.each(['block', 'reset'] as const)('gives out none that was on its way ahead at a %s', async (operation) => {
    const prefix = randomUUID()
    const store = create(prefix)
    await store.consume('key', exact, 1)
    consumeAtOnce(store, 9)
    await new Promise((resolve) => process.nextTick(resolve))
    const blocks = operation === 'block'
    await (blocks ? store.block('key', exact, 60_000) : store.reset('key', exact))
    expect((await store.consume('key', exact, 1)).allowed).toBe(!blocks)
    // Of a block: what was used, what was on its way, and the block; of a reset: a lease taken anew.
    expect(await redis.llen(counter(prefix))).toBe(blocks ? 31 : 20)
  })
})

describe('redisStore that is refused a lease ahead', () => {
  const blocking = { ...exact, blockMs: 60_000 }
  const isBlocked = async (prefix: string) => (await redis.lindex(counter(prefix), -1))?.startsWith('b')

  it('gives out the rest of the one it has, and blocks no key', async () => {
    const prefix = randomUUID()
    const store = create(prefix)
    await store.consume('key', blocking, 1)
    await create(prefix, 1).consume('key', blocking, 180)
    consumeAtOnce(store, 9, blocking)
    await answered()
    const rest = Array.from({ length: 10 }, () => store.consume('key', blocking, 1))
    expect(rest).toMatchObject(Array.from({ length: 10 }, (_, index) => ({ allowed: true, remaining: 9 - index })))
    expect(await isBlocked(prefix)).toBe(false)
    expect((await store.consume('key', blocking, 1)).allowed).toBe(false)
    expect(await isBlocked(prefix)).toBe(true)
  })

  it('asks again for those who came meanwhile, who are refused and blocked', async () => {
    const prefix = randomUUID()
    const store = create(prefix)
    await store.consume('key', blocking, 1)
    await create(prefix, 1).consume('key', blocking, 180)
    consumeAtOnce(store, 19, blocking)
    const verdict = await store.consume('key', blocking, 1)
    expect(verdict.allowed).toBe(false)
    expect(await isBlocked(prefix)).toBe(true)
  })

  it('asks ahead no more while less than a lease remains beside it', async () => {
    const prefix = randomUUID()
    await create(prefix, 1).consume('key', exact, 170)
    const store = create(prefix)
    const verdicts = await consume(store, 'key', exact, 19)
    await answered()
    expect(verdicts.at(-1)?.remaining).toBe(11)
    expect(await redis.llen(counter(prefix))).toBe(190)
  })
})

describe('several redisStores whose leases are used up fast', () => {
  it.each(algorithms)('admit by %s the limit, and never more', async (algorithm) => {
    const quota = quotaOf(algorithm, { limit: 905, windowMs: hour })
    const prefix = randomUUID()
    const asked = [20, 20, 7].map(async (lease) => {
      const store = create(prefix, lease)
      let admitted = 0
      while ((await store.consume('key', quota, 1)).allowed) {
        admitted++
        await turn()
      }
      return admitted
    })
    const admitted = (await Promise.all(asked)).reduce((sum, count) => sum + count)
    expect(admitted).toBeLessThanOrEqual(905)
    expect(admitted).toBeGreaterThan(800)
  })
})
