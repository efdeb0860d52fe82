import { describe, expect, it } from 'vitest'
import type { Decision, RateLimitStore } from '../src/store.ts'

/** A store under test, and how time passes for it. */
export interface StoreUnderTest {
  readonly store: RateLimitStore
  /** Lets so many milliseconds pass on the store's clock. */
  readonly pass: (ms: number) => Promise<void> | void
}

/** What every store must do. */
export function storeConformance(name: string, create: () => StoreUnderTest): void {
  describe(`${name} keeps the contract of a store`, () => {
    const rate = { limit: 3, windowMs: 1_000 }

    async function consume(store: RateLimitStore, key: string, count: number): Promise<Decision[]> {
      const decisions: Decision[] = []
      for (let index = 0; index < count; index++) decisions.push(await store.consume(key, rate))
      return decisions
    }

    it('admits up to the limit and says how many are left', async () => {
      const { store } = create()
      const decisions = await consume(store, 'a', 5)
      expect(decisions.map((decision) => decision.allowed)).toEqual([true, true, true, false, false])
      expect(decisions.map((decision) => decision.remaining)).toEqual([2, 1, 0, 0, 0])
    })

    it('says when the next one is admitted, and keeps its word', async () => {
      const { store, pass } = create()
      const refused = (await consume(store, 'a', 4)).at(-1)
      expect(refused?.resetMs).toBeGreaterThan(0)
      expect(refused?.resetMs).toBeLessThanOrEqual(rate.windowMs)
      await pass(refused?.resetMs ?? 0)
      expect((await store.consume('a', rate)).allowed).toBe(true)
    })

    it('gives as the reset of an admitted one the time until the oldest leaves the window', async () => {
      const { store, pass } = create()
      const first = await store.consume('a', rate)
      expect(first.resetMs).toBe(rate.windowMs)
      await pass(100)
      const second = await store.consume('a', rate)
      expect(second.resetMs).toBeGreaterThan(0)
      expect(second.resetMs).toBeLessThanOrEqual(rate.windowMs - 100)
    })

    it('rolls: what was admitted late in a window counts in the next', async () => {
      const { store, pass } = create()
      await store.consume('a', rate)
      await pass(600)
      await consume(store, 'a', 2)
      await pass(500)
      expect((await consume(store, 'a', 2)).map((decision) => decision.allowed)).toEqual([true, false])
    })

    it('counts nothing for a refusal', async () => {
      const { store, pass } = create()
      const [, , , refused] = await consume(store, 'a', 4)
      await consume(store, 'a', 20)
      await pass(refused?.resetMs ?? 0)
      expect((await store.consume('a', rate)).allowed).toBe(true)
    })

    it('admits the whole limit again after an idle window', async () => {
      const { store, pass } = create()
      await consume(store, 'a', 3)
      await pass(rate.windowMs + 1)
      expect((await store.consume('a', rate)).remaining).toBe(2)
    })

    it('counts every key, limit and window apart', async () => {
      const { store } = create()
      await consume(store, 'a', 3)
      expect((await store.consume('b', rate)).remaining).toBe(2)
      expect((await store.consume('a', { ...rate, limit: 4 })).remaining).toBe(3)
      expect((await store.consume('a', { ...rate, windowMs: 1_001 })).remaining).toBe(2)
    })

    it('admits exactly the limit of simultaneous requests', async () => {
      const { store } = create()
      const decisions = await Promise.all(
        Array.from({ length: 1_000 }, async () => store.consume('a', { limit: 100, windowMs: 60_000 })),
      )
      expect(decisions.filter((decision) => decision.allowed)).toHaveLength(100)
    })

    it('takes the greatest limit and the longest window', async () => {
      const { store } = create()
      const greatest = { limit: 1_000, windowMs: 2_592_000_000 }
      expect(await store.consume('a', greatest)).toEqual({ allowed: true, remaining: 999, resetMs: 2_592_000_000 })
      const decisions = await Promise.all(Array.from({ length: 1_000 }, async () => store.consume('a', greatest)))
      expect(decisions.filter((decision) => decision.allowed)).toHaveLength(999)
      const refused = await store.consume('a', greatest)
      expect(refused.resetMs).toBeGreaterThan(2_592_000_000 - 60_000)
    })

    it.each(['', 'a:b', 'ключ\n', '\u0000', 'x'.repeat(200)])('takes the key %j', async (key) => {
      const { store } = create()
      await consume(store, key, 3)
      expect((await store.consume(key, rate)).allowed).toBe(false)
    })
  })
}
