import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { createCache } from '../src/create-cache.ts'
import type { LoadContext } from '../src/load-context.ts'
import { memoryTier } from '../src/memory-tier.ts'
import type { CacheOptions, Tiers } from '../src/options.ts'
import { redisTier } from '../src/redis/redis-tier.ts'
import { gate } from './gate.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.quit())

/** A cache in memory with a clock that stands still until it is moved. */
function inMemory(options: Partial<CacheOptions> = {}) {
  let now = 1_000
  const tiers = [memoryTier({ maxEntries: 100, now: () => now })] as const
  const cache = createCache({ namespace: 'n', tiers, ttlMs: 100, ...options })
  const pass = (ms: number) => {
    now += ms
  }
  return { cache, pass }
}

function overRedis(tiers: Tiers, options: Partial<CacheOptions> = {}) {
  return createCache({ namespace: `test-${randomUUID()}`, tiers, ...options })
}

describe('staleMs', () => {
  test('serves a stale value at once and refreshes it once in the background', async () => {
    const { cache, pass } = inMemory({ staleMs: 1_000 })
    await cache.getOrSet('k', () => 'old')
    pass(150)
    const { load, calls, open } = gate<string>()
    expect(await Promise.all([cache.getOrSet('k', load), cache.getOrSet('k', load)])).toEqual(['old', 'old'])
    open('new')
    await expect.poll(() => cache.peek('k')).toBe('new')
    expect(calls()).toBe(1)
    expect(cache.stats()).toMatchObject({ staleHits: 2, refreshes: 1 })
  })

  test('refreshes again when the refreshed value is stale in its turn, or could not be had', async () => {
    const { cache, pass } = inMemory({ staleMs: 10_000 })
    await cache.getOrSet('k', () => 'old')
    pass(150)
    await cache.getOrSet('k', () => Promise.reject(new Error('no')))
    await expect.poll(() => cache.stats()).toMatchObject({ loadFailures: 1, loading: 0 })
    for (const next of ['new', 'newer']) {
      pass(150)
      await cache.getOrSet('k', () => next)
      await expect.poll(() => cache.peek('k')).toBe(next)
    }
    expect(cache.stats()).toMatchObject({ refreshes: 3, loading: 0 })
  })

  test('loads in the foreground when the value is staler than that', async () => {
    const { cache, pass } = inMemory({ staleMs: 1_000 })
    await cache.getOrSet('k', () => 'old')
    pass(1_101)
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  })

  test('does not make get, peek or has return a stale value', async () => {
    const { cache, pass } = inMemory({ staleMs: 1_000 })
    await cache.set('k', 'old')
    pass(100)
    expect([await cache.get('k'), cache.peek('k'), await cache.has('k')]).toEqual([undefined, undefined, false])
  })

  test('serves what Redis has of it, while one of two processes refreshes', async () => {
    const namespace = `test-${randomUUID()}`
    const create = () => createCache({ namespace, tiers: [redisTier(redis, { timeoutMs: 5_000 })], staleMs: 60_000 })
    const [one, other] = [create(), create()]
    await one.set('k', 'old', { ttlMs: 1 })
    await expect.poll(() => one.get('k')).toBeUndefined()
    const { load, entered, calls, open } = gate<string>()
    expect(await one.getOrSet('k', load)).toBe('old')
    await entered
    expect(await other.getOrSet('k', load)).toBe('old')
    open('new')
    await expect.poll(() => other.getOrSet('k', load)).toBe('new')
    expect(calls()).toBe(1)
  })

  test('runs the refresh outside the context of the request that set it off', async () => {
    const context = new AsyncLocalStorage<string>()
    const { cache, pass } = inMemory({ staleMs: 1_000 })
    const seen: (string | undefined)[] = []
    const load = () => seen.push(context.getStore())
    await context.run('first', () => cache.getOrSet('k', load))
    pass(150)
    await context.run('second', () => cache.getOrSet('k', load))
    await expect.poll(() => seen).toEqual(['first', undefined])
  })

  test('keeps nothing of a refresh that a delete has overtaken', async () => {
    const { cache, pass } = inMemory({ staleMs: 1_000 })
    await cache.getOrSet('k', () => 'old')
    pass(150)
    const slow = gate<string>()
    await cache.getOrSet('k', slow.load)
    await slow.entered
    await cache.delete('k')
    slow.open('too old')
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    expect(cache.peek('k')).toBe('new')
  })
})

describe('staleIfErrorMs', () => {
  const fail = () => {
    throw new Error('source is down')
  }

  test('serves a stale value when the loader fails, and the error when it is too stale', async () => {
    const { cache, pass } = inMemory({ staleIfErrorMs: 1_000 })
    await cache.getOrSet('k', () => 'old')
    pass(150)
    expect(await cache.getOrSet('k', fail)).toBe('old')
    pass(1_000)
    await expect(cache.getOrSet('k', fail)).rejects.toThrow('source is down')
  })

  test('serves what Redis has of it', async () => {
    const cache = overRedis([redisTier(redis, { timeoutMs: 5_000 })], { staleIfErrorMs: 60_000 })
    await cache.set('k', 'old')
    await cache.expire('k')
    expect(await cache.getOrSet('k', fail)).toBe('old')
  })

  test('serves it after softDeadlineMs, and takes the load up when it ends', async () => {
    const cache = createCache({ namespace: 'n', tiers: [memoryTier({ maxEntries: 1 })], staleIfErrorMs: 60_000 })
    await cache.set('k', 'old')
    await cache.expire('k')
    const slow = gate<string>()
    expect(await cache.getOrSet('k', slow.load, { softDeadlineMs: 5 })).toBe('old')
    slow.open('new')
    await expect.poll(() => cache.peek('k')).toBe('new')
  })

  test('serves it without another load while the failure is remembered', async () => {
    const { cache, pass } = inMemory({ staleIfErrorMs: 10_000, errorTtlMs: 500 })
    await cache.getOrSet('k', () => 'old')
    pass(150)
    expect(await cache.getOrSet('k', fail)).toBe('old')
    expect(await cache.getOrSet('k', () => 'new')).toBe('old')
    pass(500)
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  })

  test('serves it no longer without a load once it is expired', async () => {
    const { cache, pass } = inMemory({ staleIfErrorMs: 10_000, errorTtlMs: 500 })
    await cache.getOrSet('k', () => 'old')
    pass(150)
    expect(await cache.getOrSet('k', fail)).toBe('old')
    await cache.expire('k')
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  })
})

describe('hardDeadlineMs', () => {
  test('ends a load that hangs, tells it, and lets the next caller load', async () => {
    const { cache } = inMemory({ hardDeadlineMs: 10 })
    let signal: AbortSignal | undefined
    const hang = (context: LoadContext) => {
      signal = context.signal
      return new Promise<string>(() => undefined)
    }
    await expect(cache.getOrSet('k', hang)).rejects.toMatchObject({ code: 'ERR_CACHE_LOAD_TIMEOUT', key: 'k' })
    expect(signal?.aborted).toBe(true)
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  })

  test('gives the lease back when the load is ended', async () => {
    const cache = overRedis([redisTier(redis, { timeoutMs: 5_000 })], { hardDeadlineMs: 10 })
    await expect(cache.getOrSet('k', () => new Promise<string>(() => undefined))).rejects.toThrow('longer than 10 ms')
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    expect(await cache.get('k')).toBe('new')
  })
})

describe('errorTtlMs', () => {
  test('gives the same error without a load until it is over, or the key is deleted', async () => {
    const { cache, pass } = inMemory({ errorTtlMs: 100 })
    let loads = 0
    const load = () => {
      loads++
      throw new Error(`failure ${loads}`)
    }
    await expect(cache.getOrSet('k', load)).rejects.toThrow('failure 1')
    await expect(cache.getOrSet('k', load)).rejects.toThrow('failure 1')
    pass(100)
    await expect(cache.getOrSet('k', load)).rejects.toThrow('failure 2')
    await cache.delete('k')
    await expect(cache.getOrSet('k', load)).rejects.toThrow('failure 3')
  })

  test('may depend on the error', async () => {
    const { cache } = inMemory({ errorTtlMs: (error) => (error instanceof RangeError ? 100 : 0) })
    const failing = (error: Error) => () => {
      throw error
    }
    await expect(cache.getOrSet('a', failing(new RangeError('kept')))).rejects.toThrow('kept')
    await expect(cache.getOrSet('a', () => 1)).rejects.toThrow('kept')
    await expect(cache.getOrSet('b', failing(new TypeError('not kept')))).rejects.toThrow('not kept')
    expect(await cache.getOrSet('b', () => 1)).toBe(1)
  })
})

describe('time to live', () => {
  test('is negativeTtlMs for null', async () => {
    const { cache, pass } = inMemory({ negativeTtlMs: 10 })
    await cache.getOrSet('none', () => null)
    await cache.getOrSet('some', () => 0)
    pass(10)
    expect([cache.peek('none'), cache.peek('some')]).toEqual([undefined, 0])
  })

  test('is shortened by jitter, never lengthened', async () => {
    const { cache } = inMemory({ jitter: 0.5, ttlMs: 1_000 })
    const lifetimes = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await cache.set(['k', index], index)
        const { tiers } = await cache.explain(['k', index])
        return tiers[0]?.softMs ?? 0
      }),
    )
    expect(Math.min(...lifetimes)).toBeGreaterThanOrEqual(500)
    expect(Math.max(...lifetimes)).toBeLessThanOrEqual(1_000)
    expect(new Set(lifetimes).size).toBeGreaterThan(5)
  })

  test('of a tier bounds that of its entries', async () => {
    const cache = overRedis([redisTier(redis, { timeoutMs: 5_000, ttlMs: 500 })])
    await cache.set('set', 1, { ttlMs: 60_000 })
    await cache.getOrSet('loaded', () => 1, { ttlMs: 60_000 })
    for (const key of ['set', 'loaded']) {
      const { tiers } = await cache.explain(key)
      expect(tiers[0]?.softMs).toBeLessThanOrEqual(500)
    }
  })

  test('in memory is bounded by memoryTtlMs', async () => {
    const { cache, pass } = inMemory()
    await cache.getOrSet('k', () => 1, { memoryTtlMs: 10 })
    pass(10)
    expect(cache.peek('k')).toBeUndefined()
  })
})

describe('earlyRefresh', () => {
  test('refreshes in the background before the value is stale, when the load took long', async () => {
    const { cache, pass } = inMemory({ ttlMs: 1_000 })
    const slowly = (value: string) => () => {
      pass(100)
      return value
    }
    await cache.getOrSet('k', slowly('old'))
    pass(950)
    expect(cache.peek('k')).toBe('old')
    expect(await cache.getOrSet('k', slowly('new'))).toBe('old')
    await expect.poll(() => cache.peek('k')).toBe('new')
  })

  test('is left out when it is 0', async () => {
    const { cache, pass } = inMemory({ ttlMs: 1_000, earlyRefresh: 0 })
    const slowly = () => pass(100)
    await cache.getOrSet('k', () => (slowly(), 'old'))
    pass(999)
    await cache.getOrSet('k', () => 'new')
    expect(cache.stats().refreshes).toBe(0)
  })
})

describe('a loader', () => {
  test('says how long its value is fresh and which tags it has', async () => {
    const { cache, pass } = inMemory()
    const load = (context: LoadContext) => {
      context.set({ tags: ['a'] })
      context.set({ ttlMs: 5_000, tags: ['b'] })
      return 'value'
    }
    await cache.getOrSet('k', load, { tags: ['c'] })
    pass(4_999)
    expect(cache.peek('k')).toBe('value')
    expect((await cache.explain('k')).tiers[0]?.tags).toEqual(['c', 'a', 'b'])
    await cache.invalidateTags(['b'])
    expect(cache.peek('k')).toBeUndefined()
  })

  test('adds tags that invalidate in Redis too', async () => {
    const cache = overRedis([redisTier(redis, { timeoutMs: 5_000 })])
    const load = (context: LoadContext) => {
      context.set({ tags: ['late'] })
      return 'value'
    }
    await cache.getOrSet('k', load)
    expect(await cache.get('k')).toBe('value')
    await cache.invalidateTags(['late'])
    expect(await cache.get('k')).toBeUndefined()
  })

  test.for<[string, () => Tiers]>([
    ['memory', () => [memoryTier({ maxEntries: 1 })]],
    ['Redis', () => [redisTier(redis, { timeoutMs: 5_000 })]],
  ])('asks its source by etag whether what %s has is still good', async ([, tiers]) => {
    const cache = overRedis(tiers(), { staleIfErrorMs: 60_000 })
    const seen: unknown[] = []
    const load = ({ stale, set, notModified }: LoadContext) => {
      seen.push(stale?.etag)
      if (stale?.etag === '"1"') return notModified()
      set({ etag: '"1"' })
      return { body: 'text' }
    }
    await cache.getOrSet('k', load)
    for (let round = 0; round < 2; round++) {
      await cache.expire('k')
      expect(await cache.getOrSet('k', load)).toEqual({ body: 'text' })
      expect(await cache.get('k')).toEqual({ body: 'text' })
    }
    expect(seen).toEqual([undefined, '"1"', '"1"'])
  })

  test('may not say notModified of nothing', async () => {
    const { cache } = inMemory()
    await expect(cache.getOrSet('k', (context) => context.notModified())).rejects.toThrow('no stale value')
  })

  test('may keep its value from being stored', async () => {
    const { cache } = inMemory()
    const load = (context: LoadContext) => {
      context.skip()
      return 'once'
    }
    expect(await cache.getOrSet('k', load)).toBe('once')
    expect(cache.peek('k')).toBeUndefined()
  })

  test('must not say what is not so', async () => {
    const { cache } = inMemory()
    const load = (context: LoadContext) => context.set({ ttlMs: -1 })
    await expect(cache.getOrSet('k', load)).rejects.toThrow(RangeError)
  })
})

describe('a signal', () => {
  test('ends the waiting of its caller alone', async () => {
    const { cache } = inMemory()
    const slow = gate<string>()
    const controller = new AbortController()
    const impatient = cache.getOrSet('k', slow.load, { signal: controller.signal })
    const patient = cache.getOrSet('k', slow.load)
    await slow.entered
    controller.abort(new Error('gone'))
    await expect(impatient).rejects.toThrow('gone')
    slow.open('value')
    expect([await patient, cache.peek('k'), slow.calls()]).toEqual(['value', 'value', 1])
  })

  test('that is aborted already rejects at once, and the load is kept', async () => {
    const { cache } = inMemory()
    await expect(cache.getOrSet('k', () => 1, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
    await expect.poll(() => cache.peek('k')).toBe(1)
  })
})
