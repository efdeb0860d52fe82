import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../src/memory-store.ts'
import { storeConformance } from './store-conformance.ts'

/** A clock that tests turn. */
function clock(): { now: () => number; pass: (ms: number) => void } {
  let time = 1_000
  return { now: () => time, pass: (ms) => void (time += ms) }
}

storeConformance('memoryStore', () => {
  const { now, pass } = clock()
  return { store: memoryStore({ now }), pass }
})

const rates = fc.record({ limit: fc.integer({ min: 1, max: 9 }), windowMs: fc.integer({ min: 1, max: 40 }) })
const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 11 })), { maxLength: 300 })

describe('memoryStore', () => {
  it('decides as counting all requests of the window by hand does', () => {
    fc.assert(
      fc.property(rates, steps, (rate, requests) => {
        const { now, pass } = clock()
        const store = memoryStore({ now })
        const admitted = new Map<number, number[]>()
        for (const [wait, key] of requests) {
          pass(wait)
          const stamps = (admitted.get(key) ?? []).filter((stamp) => now() - stamp < rate.windowMs)
          const allowed = stamps.length < rate.limit
          if (allowed) stamps.push(now())
          admitted.set(key, stamps)
          expect(store.consume(String(key), rate)).toEqual({
            allowed,
            remaining: rate.limit - stamps.length,
            resetMs: (stamps[0] ?? 0) + rate.windowMs - now(),
          })
        }
      }),
      { numRuns: 300 },
    )
  })

  it('keeps a key that has reached its limit waiting for as long as it said, whatever other keys do', () => {
    fc.assert(
      fc.property(rates, steps, fc.integer({ min: 1, max: 4 }), (rate, requests, maxKeys) => {
        const { now, pass } = clock()
        const store = memoryStore({ now, maxKeys })
        const refusedUntil = new Map<number, number>()
        for (const [wait, key] of requests) {
          pass(wait)
          const { allowed, remaining, resetMs } = store.consume(String(key), rate)
          if (now() < (refusedUntil.get(key) ?? 0)) expect(allowed).toBe(false)
          if (remaining === 0) refusedUntil.set(key, now() + resetMs)
          expect(store.size).toBeLessThanOrEqual(maxKeys)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('keeps its word to a fraction of a millisecond', () => {
    let time = 0.1
    const store = memoryStore({ now: () => time })
    const rate = { limit: 1, windowMs: 1_000 }
    store.consume('a', rate)
    time = 1_000.05
    expect(store.consume('a', rate)).toEqual({ allowed: false, remaining: 0, resetMs: 1 })
    time = 1_000.1
    expect(store.consume('a', rate).allowed).toBe(true)
  })

  it('stays within maxKeys under a flood of new keys', () => {
    const store = memoryStore({ maxKeys: 1_000, now: () => 0 })
    for (let index = 0; index < 50_000; index++) store.consume(`key ${index}`, { limit: 5, windowMs: 60_000 })
    expect(store.size).toBe(1_000)
  })

  it('keeps refusing a key whatever number of other keys come', () => {
    const rate = { limit: 5, windowMs: 60_000 }
    const store = memoryStore({ maxKeys: 100, now: () => 0 })
    for (let index = 0; index < 5; index++) store.consume('attacker', rate)
    for (let index = 0; index < 5_000; index++) {
      store.consume(`decoy ${index}`, rate)
      expect(store.consume('attacker', rate).allowed).toBe(false)
    }
  })

  it('gives a client that uses up more keys than are kept, in turn, no more than the limit for each', () => {
    const rate = { limit: 5, windowMs: 60_000 }
    const store = memoryStore({ maxKeys: 100, now: () => 0 })
    const admitted = new Map<string, number>()
    for (let round = 0; round < 5; round++) {
      for (let index = 0; index < 300; index++) {
        const key = `key ${index}`
        while (store.consume(key, rate).allowed) admitted.set(key, (admitted.get(key) ?? 0) + 1)
      }
    }
    expect(Math.max(...admitted.values())).toBe(5)
    expect(store.size).toBe(100)
  })

  it('evicts keys below their limit while there are any, though many at their limit are idle longer', () => {
    const rate = { limit: 2, windowMs: 60_000 }
    const store = memoryStore({ maxKeys: 60, now: () => 0 })
    for (let index = 0; index < 50; index++) {
      while (store.consume(`spent ${index}`, rate).allowed);
    }
    const decisions = Array.from({ length: 5_000 }, (_, index) => store.consume(`visitor ${index}`, rate))
    expect(decisions.filter((decision) => !decision.allowed)).toHaveLength(0)
  })

  it('evicts the least used of the longest idle', () => {
    const rate = { limit: 5, windowMs: 60_000 }
    const store = memoryStore({ maxKeys: 2, now: () => 0 })
    for (const key of ['busy', 'busy', 'idle', 'new']) store.consume(key, rate)
    expect(store.consume('busy', rate).remaining).toBe(2)
  })

  it('admits new keys while light users are evicted', () => {
    const rate = { limit: 5, windowMs: 60_000 }
    const store = memoryStore({ maxKeys: 100, now: () => 0 })
    const decisions = Array.from({ length: 20_000 }, (_, index) => store.consume(`visitor ${index}`, rate))
    expect(decisions.every((decision) => decision.allowed)).toBe(true)
  })

  it('does not let refused new keys evict anyone', () => {
    const { now, pass } = clock()
    const rate = { limit: 1, windowMs: 1_000 }
    const store = memoryStore({ maxKeys: 1, now })
    store.consume('a', rate)
    pass(500)
    store.consume('b', rate)
    expect(store.consume('a', rate)).toEqual({ allowed: false, remaining: 0, resetMs: 500 })
    expect(store.consume('b', rate).resetMs).toBe(1_000)
    pass(500)
    expect(store.consume('a', rate).allowed).toBe(true)
    expect(store.size).toBe(1)
  })

  it('clears out idle keys as new ones come, without a timer', () => {
    const timers = timersAlive()
    const { now, pass } = clock()
    const store = memoryStore({ now })
    const rate = { limit: 5, windowMs: 1_000 }
    for (let index = 0; index < 1_000; index++) store.consume(`old ${index}`, rate)
    pass(1_000)
    for (let index = 0; index < 500; index++) store.consume(`new ${index}`, rate)
    expect(store.size).toBe(500)
    expect(timersAlive()).toBe(timers)
  })

  it.each([
    [{ maxKeys: 0 }, RangeError, "Cannot create a memory store as 'maxKeys' must be"],
    [{ maxKey: 5 }, TypeError, "'maxKey' is not an option: did you mean 'maxKeys'?"],
    [{ now: 5 }, TypeError, "Cannot create a memory store as 'now' must be a function"],
  ])('refuses %j', (options, type, message) => {
    const create = () => memoryStore(options as object)
    expect(create).toThrow(type)
    expect(create).toThrow(message)
  })
})

function timersAlive(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
