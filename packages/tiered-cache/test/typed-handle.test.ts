import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { createCache } from '../src/create-cache.ts'
import { memoryTier } from '../src/memory-tier.ts'
import { redisTier } from '../src/redis/redis-tier.ts'
import type { HandleOptions } from '../src/typed-handle.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.quit())

const inMemory = () => createCache({ namespace: 'n', tiers: [memoryTier({ maxEntries: 100 })] })
const inRedis = (namespace: string) => createCache({ namespace, tiers: [redisTier(redis, { timeoutMs: 5_000 })] })

const key = (id: number) => ['user', id] as const
const user = z.object({ id: z.number(), name: z.string() })

describe('a handle', () => {
  test('loads, keeps, sets, refreshes and removes entries of its kind', async () => {
    const cache = inMemory()
    let loads = 0
    const users = cache.define({ key, load: (id: number) => ({ id, name: `user ${++loads}` }) })
    expect(await users.get(1)).toEqual({ id: 1, name: 'user 1' })
    expect([await users.get(1), users.peek(1), await cache.get(users.keyOf(1))]).toEqual(
      Array.from({ length: 3 }, () => ({ id: 1, name: 'user 1' })),
    )
    await users.set(1, { id: 1, name: 'set' })
    expect(await users.get(1)).toEqual({ id: 1, name: 'set' })
    expect(await users.refresh(1)).toEqual({ id: 1, name: 'user 2' })
    await users.delete(1)
    expect(users.peek(1)).toBeUndefined()
    await users.get(1)
    await users.expire(1)
    expect(users.peek(1)).toBeUndefined()
  })

  test('gives its entries tags and a lifetime', async () => {
    const cache = inMemory()
    const users = cache.define({ key, tags: (id) => [`user:${id}`], ttlMs: 5_000, load: (id: number) => id })
    await users.getMany([1, 2])
    const { tiers } = await cache.explain(users.keyOf(1))
    expect(tiers[0]?.softMs).toBeLessThanOrEqual(5_000)
    await cache.invalidateTags(['user:1'])
    expect([users.peek(1), users.peek(2)]).toEqual([undefined, 2])
  })

  test('loads many by one call, and one by the same loader', async () => {
    const calls: (readonly number[])[] = []
    const loadMany = (ids: readonly number[]) => {
      calls.push(ids)
      return ids.map((id) => ({ id, name: `user ${id}` }))
    }
    const users = inMemory().define({ key, schema: user, loadMany })
    await users.get(1)
    expect((await users.getMany([1, 2, 3])).map(({ id }) => id)).toEqual([1, 2, 3])
    expect(calls).toEqual([[1], [2, 3]])
  })

  test('checks what is loaded and set, and brings it into shape', async () => {
    const cache = inMemory()
    const broken = cache.define({ key, schema: user, load: () => ({ id: 1 }) as never })
    await expect(broken.get(1)).rejects.toThrow('as it must keep its schema: Invalid input')
    await expect(broken.set(1, { id: 1 } as never)).rejects.toThrow(TypeError)
    const trimmed = cache.define<number, { id: number; name: string }>({
      key,
      schema: user,
      load: (id) => ({ id, name: 'x', extra: true }),
    })
    expect(await trimmed.get(2)).toEqual({ id: 2, name: 'x' })
  })

  test('takes an entry that does not keep the schema for a miss', async () => {
    const namespace = `test-${randomUUID()}`
    await inRedis(namespace).set(['user', 1], { id: 1, fullName: 'of an older version' })
    const users = inRedis(namespace).define({ key, schema: user, load: (id: number) => ({ id, name: 'loaded' }) })
    expect(await users.get(1)).toEqual({ id: 1, name: 'loaded' })
    expect(await inRedis(namespace).get(['user', 1])).toEqual({ id: 1, name: 'loaded' })
  })

  test('ends the waiting of a caller whose signal is aborted', async () => {
    const users = inMemory().define({ key, load: () => new Promise<number>(() => undefined) })
    await expect(users.get(1, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
  })

  test.for<[string, object, string]>([
    ['no key', { load: () => 1 }, "'key' must be a function"],
    ['no loader', { key }, "one of 'load' and 'loadMany' must be given"],
    ['no schema of the standard', { key, load: () => 1, schema: { parse: () => 1 } }, "'schema' must be a schema"],
    ['a misspelt option', { key, load: () => 1, ttlSm: 1 }, "did you mean 'ttlMs'?"],
  ])('refuses %s', ([, options, message]) => {
    expect(() => inMemory().define(options as HandleOptions<number, number>)).toThrow(message)
  })
})
