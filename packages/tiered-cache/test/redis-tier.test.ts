import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { toPlainValue } from '../src/plain-value.ts'
import { redisTier } from '../src/redis-tier.ts'
import type { Entry, SharedTier } from '../src/tier.ts'
import { tierConformance } from './tier-conformance.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.quit())

const patient = { timeoutMs: 5_000 }
const terms = { tags: [], ttlMs: 60_000, leaseMs: 10_000 }
const entry: Entry = { plain: toPlainValue('value', 'test'), ttlMs: 60_000, tags: [] }

tierConformance('redisTier', () => redisTier(redis, patient))

describe('redisTier', () => {
  const tier: SharedTier = redisTier(redis, patient)
  const freshKey = () => `redis-tier-test:{${randomUUID()}}`

  test('grants the lease of a cold key to one and lets others wait', async () => {
    const key = freshKey()
    const other = redisTier(redis, patient)
    expect((await tier.acquire(key, terms)).state).toBe('lease')
    expect((await other.acquire(key, terms)).state).toBe('wait')
  })

  test('answers a request for a lease with the entry when there is one', async () => {
    const key = freshKey()
    await (await tier.claim(key, terms)).fill(entry)
    expect(await tier.acquire(key, terms)).toMatchObject({ state: 'hit', entry: { plain: { value: 'value' } } })
  })

  test('grants a lease again when it was released, broken by a delete, or has run out', async () => {
    const key = freshKey()
    const first = await tier.acquire(key, terms)
    if (first.state === 'lease') await first.lease.release()
    expect((await tier.acquire(key, terms)).state).toBe('lease')
    await tier.delete(key)
    expect((await tier.acquire(key, { ...terms, leaseMs: 20 })).state).toBe('lease')
    await expect.poll(async () => (await tier.acquire(key, terms)).state).toBe('lease')
  })

  test('gives every key that it writes an expiry', async () => {
    const key = freshKey()
    const tags = [`${key}:tag`]
    const lease = await tier.claim(key, { ...terms, tags })
    expect(await redis.pttl(`${key}:lease`)).toBeGreaterThan(0)
    await lease.fill({ ...entry, tags })
    expect(await redis.pttl(key)).toBeGreaterThan(0)
    expect(await redis.pttl(`${key}:tag`)).toBeGreaterThan(60_000)
    expect(await redis.exists(`${key}:lease`)).toBe(0)
  })

  test('lets a tag live as long as the longest entry that has it', async () => {
    const tag = freshKey()
    await tier.claim(freshKey(), { ...terms, tags: [tag], ttlMs: 500_000 })
    await tier.claim(freshKey(), { ...terms, tags: [tag], ttlMs: 1_000 })
    expect(await redis.pttl(tag)).toBeGreaterThan(400_000)
  })

  test('misses when a tag was evicted', async () => {
    const key = freshKey()
    const tags = [`${key}:tag`]
    await (await tier.claim(key, { ...terms, tags })).fill({ ...entry, tags })
    await redis.del(`${key}:tag`)
    expect(await tier.read(key)).toBeUndefined()
  })

  test('refuses a tag that was not named when the lease was taken', async () => {
    const key = freshKey()
    const lease = await tier.claim(key, terms)
    expect(await lease.fill({ ...entry, tags: [`${key}:tag`] })).toBe(false)
    expect(await tier.read(key)).toBeUndefined()
  })

  const token = randomUUID()
  test.for<[string, string | Buffer]>([
    ['no text', ''],
    ['another program', 'garbage'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
    ['another format', `2${token}[]\n1`],
    ['half an entry', `1${token}[]\n{"a":`],
    ['tags that are none', `1${token}[["a"]]\n1`],
    ['a polluting member', `1${token}[]\n{"__proto__":{"isAdmin":true}}`],
    ['nesting without end', `1${token}[]\n${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('takes an entry of %s for a miss and replaces it', async ([, text]) => {
    const key = freshKey()
    await redis.set(key, text)
    expect(await tier.read(key)).toBeUndefined()
    const acquired = await tier.acquire(key, terms)
    expect(acquired.state).toBe('lease')
    if (acquired.state === 'lease') await acquired.lease.fill(entry)
    expect(await tier.read(key)).toMatchObject({ plain: { value: 'value' } })
  })

  test('takes keys of another type for a miss and replaces them', async () => {
    const key = freshKey()
    const tags = [`${key}:tag`]
    await redis.lpush(key, 'list')
    await redis.lpush(`${key}:lease`, 'list')
    await redis.lpush(`${key}:tag`, 'list')
    expect(await tier.read(key)).toBeUndefined()
    const acquired = await tier.acquire(key, { ...terms, tags })
    expect(acquired.state).toBe('lease')
    if (acquired.state === 'lease') await acquired.lease.fill({ ...entry, tags })
    expect(await tier.read(key)).toMatchObject({ plain: { value: 'value' } })
  })

  test.for<[string, object, string]>([
    ['a deadline of zero', { timeoutMs: 0 }, "'timeoutMs' must be a whole number of milliseconds from 1"],
    ['a misspelt option', { timeoutMS: 1 }, "did you mean 'timeoutMs'?"],
  ])('refuses %s', ([, options, message]) => {
    expect(() => redisTier(redis, options)).toThrow(message)
  })
})
