import { describe, it } from 'vitest'
import type { Algorithm, Quota, RateLimitStore, Verdict } from '../src/store.ts'

/** A store under test, and how time passes for it. */
export interface StoreUnderTest {
  readonly store: RateLimitStore
  /** Lets so many milliseconds pass on the store's clock. */
  readonly pass: (ms: number) => Promise<void> | void
}

/** What a store can do. */
export interface Abilities {
  /** The algorithms it keeps quotas by. */
  readonly algorithms: readonly Algorithm[]
  /** Whether it decides several claims in one step. Otherwise it takes back, and two decisions may meet in between. */
  readonly together: boolean
  /** Whether it knows what a claim was admitted at, and takes back that one. */
  readonly stamps: boolean
  /** Whether `remaining` is never behind. */
  readonly exactRemaining: boolean
  /** Whether it keeps windows and blocks of less than a second. */
  readonly subSecond: boolean
  /** Whether a block leaves alone what was counted. */
  readonly blocksApart: boolean
  /** Whether it can take a reward. */
  readonly givesBack: boolean
  /** A window in which it certainly decides a few claims, in milliseconds. */
  readonly windowMs: number
}

const everything: Abilities = {
  algorithms: ['exact', 'gcra', 'fixed'],
  together: true,
  stamps: true,
  exactRemaining: true,
  subSecond: true,
  blocksApart: true,
  givesBack: true,
  windowMs: 1_000,
}

/** A quota of three in a second. */
export function quotaOf(algorithm: Algorithm, changes: Partial<Quota> = {}): Quota {
  const { limit = 3 } = changes
  return { algorithm, limit, windowMs: 1_000, burst: limit, blockMs: 0, ...changes }
}

/** So many claims of 1, one after another. */
export async function consume(store: RateLimitStore, key: string, quota: Quota, count: number): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (let index = 0; index < count; index++) verdicts.push(await store.consume(key, quota, 1))
  return verdicts
}

function allowed(verdicts: readonly (Verdict | undefined)[]): (boolean | undefined)[] {
  return verdicts.map((verdict) => verdict?.allowed)
}

/** What every store must do. */
export function storeConformance(name: string, create: () => StoreUnderTest, abilities: Partial<Abilities> = {}): void {
  const { algorithms, together, stamps, exactRemaining, subSecond, blocksApart, givesBack, windowMs } = {
    ...everything,
    ...abilities,
  }
  describe.each([...algorithms])(`${name} keeps the contract of a store by %s`, { concurrent: true }, (algorithm) => {
    const quota = quotaOf(algorithm, { windowMs })

    it('admits up to the limit and says how many are left', async ({ expect }) => {
      const { store } = create()
      const verdicts = await consume(store, 'a', quota, 5)
      expect(allowed(verdicts)).toEqual([true, true, true, false, false])
      expect(verdicts.map((verdict) => verdict.remaining)).toEqual([2, 1, 0, 0, 0])
    })

    it('tells a refusal how long to wait, and keeps its word', async ({ expect }) => {
      const { store, pass } = create()
      const refused = (await consume(store, 'a', quota, 4)).at(-1)
      expect(refused?.retryAfterMs).toBeGreaterThan(0)
      expect(refused?.retryAfterMs).toBeLessThanOrEqual(quota.windowMs + (subSecond ? 0 : 1_000))
      expect(refused?.resetMs).toBe(refused?.retryAfterMs)
      await pass(refused?.retryAfterMs ?? 0)
      expect((await store.consume('a', quota, 1)).allowed).toBe(true)
    })

    it('tells an admitted one when there will be more, and not to wait', async ({ expect }) => {
      const { store } = create()
      const [first] = await consume(store, 'a', quota, 1)
      expect(first?.retryAfterMs).toBe(0)
      expect(first?.resetMs).toBeGreaterThan(0)
      expect(first?.resetMs).toBeLessThanOrEqual(quota.windowMs + (subSecond ? 0 : 1_000))
    })

    it('counts nothing for a refusal', async ({ expect }) => {
      const { store, pass } = create()
      const refused = (await consume(store, 'a', quota, 4)).at(-1)
      await consume(store, 'a', quota, 20)
      await pass(refused?.retryAfterMs ?? 0)
      expect((await store.consume('a', quota, 1)).allowed).toBe(true)
    })

    it('admits the whole limit again after an idle window', async ({ expect }) => {
      const { store, pass } = create()
      await consume(store, 'a', quota, 3)
      await pass(quota.windowMs + 20)
      expect((await store.consume('a', quota, 1)).remaining).toBe(2)
    })

    it('counts every key, limit and window apart', async ({ expect }) => {
      const { store } = create()
      await consume(store, 'a', quota, 3)
      expect((await store.consume('b', quota, 1)).allowed).toBe(true)
      expect((await store.consume('a', quotaOf(algorithm, { limit: 4, windowMs }), 1)).allowed).toBe(true)
      expect((await store.consume('a', { ...quota, windowMs: 2 * windowMs }, 1)).allowed).toBe(true)
    })

    it('admits exactly the limit of simultaneous claims', async ({ expect }) => {
      const { store } = create()
      const hundred = quotaOf(algorithm, { limit: 100, windowMs: 3_600_000 })
      const verdicts = await Promise.all(Array.from({ length: 500 }, async () => store.consume('a', hundred, 1)))
      expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(100)
    })

    it.for(['', 'a:b', 'ключ\n', '\u0000', 'x'.repeat(200)])('takes the key %j', async (key, { expect }) => {
      const { store } = create()
      expect(allowed(await consume(store, key, quota, 4))).toEqual([true, true, true, false])
    })

    it('counts a cost, and refuses one that does not fit without counting it', async ({ expect }) => {
      const { store } = create()
      const ten = quotaOf(algorithm, { limit: 10, windowMs: 60_000 })
      expect(await store.consume('a', ten, 8)).toMatchObject({ allowed: true, remaining: 2 })
      const refused = await store.consume('a', ten, 5)
      expect(refused).toMatchObject({ allowed: false, remaining: 2 })
      expect(refused.retryAfterMs).toBeGreaterThan(0)
      expect(await store.consume('a', ten, 2)).toMatchObject({ allowed: true, remaining: 0 })
    })

    it('always refuses a cost above the limit', async ({ expect }) => {
      const { store } = create()
      expect(await store.consume('a', quota, 4)).toMatchObject({ allowed: false, remaining: 3 })
      expect(await store.consume('a', quota, 3)).toMatchObject({ allowed: true })
    })

    it('admits a cost of 0 even when nothing is left', async ({ expect }) => {
      const { store } = create()
      await consume(store, 'a', quota, 3)
      expect(await store.consume('a', quota, 0)).toMatchObject({ allowed: true, remaining: 0 })
    })

    it.for([-1, Number.NaN, Infinity, ...(algorithm === 'gcra' ? [] : [0.5])])(
      'refuses %d for a cost',
      async (cost, { expect }) => {
        const { store } = create()
        await expect((async () => store.consume('a', quota, cost))()).rejects.toThrow(RangeError)
        await expect((async () => store.decide([{ key: 'a', quota, cost }]))()).rejects.toThrow(RangeError)
        expect(allowed(await consume(store, 'a', quota, 4))).toEqual([true, true, true, false])
      },
    )

    it('decides several claims together', async ({ expect }) => {
      const { store } = create()
      const claims = [
        { key: 'a', quota, cost: 1 },
        { key: 'b', quota, cost: 2 },
      ]
      expect(await store.decide(claims)).toMatchObject([
        { allowed: true, remaining: 2 },
        { allowed: true, remaining: 1 },
      ])
    })

    it('counts none of several claims when one is refused', async ({ expect }) => {
      const { store } = create()
      await consume(store, 'b', quota, 3)
      const claims = ['a', 'b', 'c'].map((key) => ({ key, quota, cost: 1 }))
      for (let index = 0; index < 5; index++) {
        const verdicts = await store.decide(claims)
        expect(verdicts[1]?.allowed).toBe(false)
        for (const other of [verdicts[0], verdicts[2]]) expect(other?.stamp ?? 0).toBe(0)
      }
      for (const key of ['a', 'c'])
        expect(allowed(await consume(store, key, quota, 4))).toEqual([true, true, true, false])
    })

    it.runIf(together)('never counts one of two claims alone, however many come at once', async ({ expect }) => {
      const { store } = create()
      const wide = quotaOf(algorithm, { limit: 90, windowMs: 3_600_000 })
      const narrow = quotaOf(algorithm, { limit: 7, windowMs: 3_600_000 })
      const claims = [
        { key: 'a', quota: wide, cost: 1 },
        { key: 'a', quota: narrow, cost: 1 },
      ]
      await Promise.all(Array.from({ length: 200 }, async () => store.decide(claims)))
      expect((await store.peek('a', wide)).remaining).toBe(83)
    })

    it('peeks without counting', async ({ expect }) => {
      const { store } = create()
      expect(await store.peek('a', quota)).toMatchObject({ allowed: true, remaining: 3, resetMs: 0, retryAfterMs: 0 })
      await consume(store, 'a', quota, 3)
      const peeked = await store.peek('a', quota)
      expect(peeked).toMatchObject({ allowed: false, remaining: 0 })
      expect(peeked.retryAfterMs).toBeGreaterThan(0)
      expect(await store.peek('b', quota)).toMatchObject({ allowed: true, remaining: 3 })
    })

    it('counts a penalty without asking', async ({ expect }) => {
      const { store } = create()
      expect(await store.adjust('a', quota, 2)).toMatchObject({ allowed: true, remaining: 1 })
      expect(await store.adjust('a', quota, 9)).toMatchObject({ allowed: false, remaining: 0 })
      expect((await store.consume('a', quota, 1)).allowed).toBe(false)
    })

    it.runIf(givesBack)('takes a reward off what is used, never below nothing', async ({ expect }) => {
      const { store } = create()
      await consume(store, 'a', quota, 3)
      expect(await store.adjust('a', quota, -1)).toMatchObject({ allowed: true, remaining: 1 })
      expect(await store.adjust('a', quota, -50)).toMatchObject({ remaining: 3 })
      expect(await store.adjust('b', quota, -2)).toMatchObject({ remaining: 3 })
      expect(allowed(await consume(store, 'a', quota, 4))).toEqual([true, true, true, false])
    })

    it.runIf(subSecond)('blocks a key for as long as it is told, and lets go of it', async ({ expect }) => {
      const { store, pass } = create()
      await store.consume('a', quota, 1)
      await store.block('a', quota, 1_500)
      await store.block('new', quota, 60_000)
      const refused = await store.consume('a', quota, 1)
      expect(refused).toMatchObject({ allowed: false, remaining: 0 })
      expect(refused.retryAfterMs).toBeGreaterThan(1_000)
      expect(refused.retryAfterMs).toBeLessThanOrEqual(1_500)
      await pass(refused.retryAfterMs + 20)
      expect((await store.consume('a', quota, 1)).allowed).toBe(true)
      expect(await store.consume('new', quota, 0)).toMatchObject({ allowed: false })
    })

    it.for([-1, 0.5, Number.NaN, 2_592_000_001])('does not block a key for %d ms', async (ms, { expect }) => {
      const { store } = create()
      await expect((async () => store.block('a', quota, ms))()).rejects.toThrow(RangeError)
    })

    it.runIf(stamps && algorithm === 'exact')('takes a claim back only once', async ({ expect }) => {
      const { store, pass } = create()
      const hour = quotaOf(algorithm, { windowMs: 3_600_000 })
      const { stamp } = await store.consume('a', hour, 1)
      await pass(5)
      await consume(store, 'a', hour, 2)
      await store.adjust('a', hour, -1, stamp)
      expect((await store.adjust('a', hour, -1, stamp)).remaining).toBe(1)
    })

    it('keeps a block through a penalty and a reward, and lifts it on request', async ({ expect }) => {
      const { store } = create()
      await store.consume('a', quota, 1)
      await store.block('a', quota, 60_000)
      await store.adjust('a', quota, 1)
      if (givesBack) await store.adjust('a', quota, -1)
      expect((await store.peek('a', quota)).retryAfterMs).toBeGreaterThan(50_000)
      await store.block('a', quota, 0)
      expect(await store.peek('a', quota)).toMatchObject({ allowed: true, remaining: blocksApart ? 2 : 3 })
    })

    it('forgets the counter and the block of a key that is reset', async ({ expect }) => {
      const { store } = create()
      await consume(store, 'a', quota, 4)
      await store.block('a', quota, 60_000)
      await store.reset('a', quota)
      expect(allowed(await consume(store, 'a', quota, 4))).toEqual([true, true, true, false])
    })

    it.runIf(subSecond)(
      'blocks a key that is refused for as long as the quota says, but no longer the more it asks',
      async ({ expect }) => {
        const { store, pass } = create()
        const strict = quotaOf(algorithm, { windowMs: 200, blockMs: 1_500 })
        const refused = (await consume(store, 'a', strict, 4)).at(-1)
        expect(refused?.allowed).toBe(false)
        expect(refused?.retryAfterMs).toBeGreaterThan(1_000)
        await pass(500)
        const again = await store.consume('a', strict, 1)
        expect(again.allowed).toBe(false)
        expect(again.retryAfterMs).toBeLessThanOrEqual(1_000)
        await pass(again.retryAfterMs + 20)
        expect((await store.consume('a', strict, 1)).allowed).toBe(true)
      },
    )

    it('has nothing left for a key that a refusal blocks', async ({ expect }) => {
      const { store } = create()
      const strict = quotaOf(algorithm, { blockMs: 60_000 })
      await store.consume('a', strict, 1)
      expect(await store.consume('a', strict, 3)).toMatchObject({ allowed: false, remaining: 0 })
      expect(await store.peek('a', strict)).toMatchObject({ allowed: false, remaining: 0 })
    })

    it('blocks only the key whose claim was refused of several', async ({ expect }) => {
      const { store } = create()
      const strict = quotaOf(algorithm, { blockMs: 60_000 })
      await consume(store, 'b', strict, 3)
      const verdicts = await store.decide(['a', 'b'].map((key) => ({ key, quota: strict, cost: 1 })))
      expect(verdicts[1]?.retryAfterMs).toBeGreaterThan(50_000)
      expect(await store.peek('a', strict)).toMatchObject({ allowed: true, remaining: 3 })
    })

    it.runIf(stamps)('takes back a claim by its stamp, and nothing once its window is over', async ({ expect }) => {
      const { store, pass } = create()
      const short = quotaOf(algorithm, { windowMs: 400 })
      const old = await store.consume('a', short, 2)
      expect(await store.adjust('a', short, -1, old.stamp)).toMatchObject({ remaining: 2 })
      await pass(420)
      await consume(store, 'a', short, 3)
      expect((await store.adjust('a', short, -1, old.stamp)).remaining).toBeLessThan(exactRemaining ? 1 : 3)
    })

    it('takes the greatest limit and the longest window', async ({ expect }) => {
      const { store } = create()
      const { maxLimit = 2_147_483_647, maxWindowMs = 2_592_000_000 } = store
      const limit = algorithm === 'exact' ? 1_000 : maxLimit
      const greatest = quotaOf(algorithm, { limit, windowMs: maxWindowMs })
      expect(await store.consume('a', greatest, 1)).toMatchObject({ allowed: true, remaining: limit - 1 })
      const last = await store.consume('a', greatest, limit - 1)
      expect(last.allowed).toBe(true)
      // A bucket of so many refills by one in a millisecond.
      expect(last.remaining).toBeLessThan(algorithm === 'gcra' ? 100_000 : 1)
      expect(await store.consume('a', greatest, limit)).toMatchObject({ allowed: false })
    })
  })

  describe.runIf(algorithms.includes('exact'))(`${name} keeps a rolling log`, { concurrent: true }, () => {
    it('in which what was admitted late in a window counts in the next', async ({ expect }) => {
      const { store, pass } = create()
      const quota = quotaOf('exact')
      await store.consume('a', quota, 1)
      await pass(600)
      await consume(store, 'a', quota, 2)
      await pass(500)
      expect(allowed(await consume(store, 'a', quota, 2))).toEqual([true, false])
    })

    it('that takes back the very claim that a stamp names', async ({ expect }) => {
      const { store, pass } = create()
      const quota = quotaOf('exact', { limit: 2 })
      const keys = ['first', 'second']
      const stamps = new Map<string, number>()
      for (const key of keys) stamps.set(`${key} first`, (await store.consume(key, quota, 1)).stamp)
      await pass(500)
      for (const key of keys) stamps.set(`${key} second`, (await store.consume(key, quota, 1)).stamp)
      for (const key of keys) await store.adjust(key, quota, -1, stamps.get(`${key} ${key}`))
      await pass(600)
      expect(allowed(await consume(store, 'first', quota, 2))).toEqual([true, false])
      expect(allowed(await consume(store, 'second', quota, 2))).toEqual([true, true])
    })
  })

  describe.runIf(algorithms.includes('gcra'))(`${name} keeps a bucket`, { concurrent: true }, () => {
    it('that refills steadily', async ({ expect }) => {
      const { store, pass } = create()
      const quota = quotaOf('gcra', { limit: 4, windowMs: 2_000 })
      await consume(store, 'a', quota, 4)
      await pass(550)
      expect(allowed(await consume(store, 'a', quota, 2))).toEqual([true, false])
    })

    it('that holds its burst, whatever its rate', async ({ expect }) => {
      const { store } = create()
      const large = quotaOf('gcra', { limit: 1, windowMs: 60_000, burst: 5 })
      expect(allowed(await consume(store, 'a', large, 6))).toEqual([true, true, true, true, true, false])
      const small = quotaOf('gcra', { limit: 100, windowMs: 3_600_000, burst: 1 })
      expect(allowed(await consume(store, 'a', small, 2))).toEqual([true, false])
    })

    it('that takes fractions', async ({ expect }) => {
      const { store } = create()
      const quota = quotaOf('gcra', { windowMs: 3_600_000 })
      const verdicts = [0.5, 1.25, 1.25, 0.25].map(async (cost) => store.consume('a', quota, cost))
      expect(allowed(await Promise.all(verdicts))).toEqual([true, true, true, false])
    })
  })
}
