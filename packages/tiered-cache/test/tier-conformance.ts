import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { toPlainValue } from '../src/plain-value.ts'
import type { Entry, LeaseTerms, Tier } from '../src/tier.ts'

const terms: LeaseTerms = { tags: [], ttlMs: 60_000, leaseMs: 10_000 }

function entryOf(value: unknown, rest: Partial<Entry> = {}): Entry {
  return { plain: toPlainValue(value, 'test'), ttlMs: 60_000, tags: [], ...rest }
}

async function store(tier: Tier, key: string, value: unknown, rest: Partial<Entry> = {}): Promise<boolean> {
  const lease = await tier.claim(key, { ...terms, ...rest })
  return lease.fill(entryOf(value, rest))
}

async function valueIn(tier: Tier, key: string): Promise<unknown> {
  const entry = await tier.read(key)
  return entry?.plain.value
}

/** What every tier does. `createTier` makes an empty one; keys are fresh anyway. */
export function tierConformance(name: string, createTier: () => Tier): void {
  describe(`${name} is a tier that`, () => {
    const freshKey = () => `tier-test:{${randomUUID()}}`

    test('has nothing for a key that was never stored', async () => {
      expect(await createTier().read(freshKey())).toBeUndefined()
    })

    test('returns what was stored, with its tags and the time it has left', async () => {
      const tier = createTier()
      const key = freshKey()
      const tags = [`${key}:tag`]
      const value = { title: 'Dune', prices: [9.5, null], ключ: { deep: [] } }
      expect(await store(tier, key, value, { tags, ttlMs: 5_000 })).toBe(true)
      const entry = await tier.read(key)
      expect(entry?.plain.value).toEqual(value)
      expect(JSON.parse(entry?.plain.json() ?? '')).toEqual(value)
      expect(entry?.tags).toEqual(tags)
      expect(entry?.ttlMs).toBeGreaterThan(1_000)
      expect(entry?.ttlMs).toBeLessThanOrEqual(5_000)
    })

    test.for([null, false, 0, '', 'text\nwith lines', [], {}])('stores %j', async (value) => {
      const tier = createTier()
      const key = freshKey()
      await store(tier, key, value)
      expect(await tier.read(key)).toMatchObject({ plain: { value } })
    })

    test('returns values that are frozen in depth', async () => {
      const tier = createTier()
      const key = freshKey()
      await store(tier, key, { list: [{ a: 1 }] })
      const value = (await valueIn(tier, key)) as { list: [object] }
      expect([value, value.list, value.list[0]].every((part) => Object.isFrozen(part))).toBe(true)
    })

    test('keeps keys apart', async () => {
      const tier = createTier()
      const [one, other] = [freshKey(), freshKey()]
      await store(tier, one, 1)
      await store(tier, other, 2)
      await tier.delete(one)
      expect([await valueIn(tier, one), await valueIn(tier, other)]).toEqual([undefined, 2])
    })

    test('forgets an entry when its time is over', async () => {
      const tier = createTier()
      const key = freshKey()
      await store(tier, key, 'short', { ttlMs: 30 })
      await expect.poll(() => valueIn(tier, key)).toBeUndefined()
    })

    test('replaces a value by a later one', async () => {
      const tier = createTier()
      const key = freshKey()
      await store(tier, key, 'first')
      await store(tier, key, 'second')
      expect(await valueIn(tier, key)).toBe('second')
    })

    test('keeps the entry readable while a lease is held', async () => {
      const tier = createTier()
      const key = freshKey()
      await store(tier, key, 'kept')
      await tier.claim(key, terms)
      expect(await valueIn(tier, key)).toBe('kept')
    })

    test('stores nothing under a lease that a delete has broken', async () => {
      const tier = createTier()
      const key = freshKey()
      const lease = await tier.claim(key, terms)
      await tier.delete(key)
      expect(await lease.fill(entryOf('stale'))).toBe(false)
      expect(await valueIn(tier, key)).toBeUndefined()
    })

    test('stores nothing under a lease that a later claim has broken', async () => {
      const tier = createTier()
      const key = freshKey()
      const earlier = await tier.claim(key, terms)
      const later = await tier.claim(key, terms)
      expect(await earlier.fill(entryOf('earlier'))).toBe(false)
      expect(await later.fill(entryOf('later'))).toBe(true)
      expect(await valueIn(tier, key)).toBe('later')
    })

    test('stores nothing under a lease that was released, or filled before', async () => {
      const tier = createTier()
      const key = freshKey()
      const released = await tier.claim(key, terms)
      await released.release()
      expect(await released.fill(entryOf('released'))).toBe(false)
      const filled = await tier.claim(key, terms)
      await filled.fill(entryOf('once'))
      expect(await filled.fill(entryOf('twice'))).toBe(false)
      expect(await valueIn(tier, key)).toBe('once')
    })

    test('lets a broken lease be released without harm to the one that broke it', async () => {
      const tier = createTier()
      const key = freshKey()
      const earlier = await tier.claim(key, terms)
      const later = await tier.claim(key, terms)
      await earlier.release()
      expect(await later.fill(entryOf('later'))).toBe(true)
    })

    test('no longer returns an entry when one of its tags was invalidated', async () => {
      const tier = createTier()
      const [one, other] = [freshKey(), freshKey()]
      await store(tier, one, 1, { tags: [`${one}:a`, `${one}:b`] })
      await store(tier, other, 2, { tags: [`${one}:c`] })
      await tier.deleteTags([`${one}:b`])
      expect([await valueIn(tier, one), await valueIn(tier, other)]).toEqual([undefined, 2])
    })

    test('never returns what was leased before one of its tags was invalidated', async () => {
      const tier = createTier()
      const key = freshKey()
      const tags = [`${key}:tag`]
      const lease = await tier.claim(key, { ...terms, tags })
      await tier.deleteTags(tags)
      await lease.fill(entryOf('stale', { tags }))
      expect(await valueIn(tier, key)).toBeUndefined()
    })

    test('returns what was leased after its tag was invalidated', async () => {
      const tier = createTier()
      const key = freshKey()
      const tags = [`${key}:tag`]
      await tier.deleteTags(tags)
      await store(tier, key, 'fresh', { tags })
      expect(await valueIn(tier, key)).toBe('fresh')
    })

    test('takes a delete of what is not there', async () => {
      const tier = createTier()
      await tier.delete(freshKey())
      await tier.deleteTags([freshKey()])
      expect(await tier.read(freshKey())).toBeUndefined()
    })
  })
}
