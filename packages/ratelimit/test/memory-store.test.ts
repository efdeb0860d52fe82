import { describe, expect, it } from 'vitest'
import { memoryStore } from '../src/memory-store.ts'
import { createClock } from './clock.ts'
import { consume, quotaOf, storeConformance } from './store-conformance.ts'

storeConformance('memoryStore', () => {
  const { now, pass } = createClock()
  return { store: memoryStore({ now }), pass }
})

const five = quotaOf('exact', { limit: 5, windowMs: 60_000 })

describe('memoryStore', () => {
  it('keeps its word to a fraction of a millisecond', () => {
    let time = 0.1
    const store = memoryStore({ now: () => time })
    const quota = quotaOf('exact', { limit: 1 })
    store.consume('a', quota, 1)
    time = 1_000.05
    expect(store.consume('a', quota, 1)).toMatchObject({ allowed: false, retryAfterMs: 1 })
    time = 1_000.1
    expect(store.consume('a', quota, 1).allowed).toBe(true)
  })

  it.each(['exact', 'gcra', 'fixed'] as const)('stands still by %s while its clock goes back', (algorithm) => {
    const { now, pass } = createClock()
    const store = memoryStore({ now })
    const quota = quotaOf(algorithm)
    pass(100_000)
    for (let index = 0; index < 3; index++) store.consume('a', quota, 1)
    pass(-50_000)
    expect(store.consume('a', quota, 1)).toMatchObject({ allowed: false, remaining: 0 })
    expect(store.consume('a', quota, 1).retryAfterMs).toBeLessThanOrEqual(1_000)
  })

  it('remembers stamps in their order when their ring turns and widens', () => {
    const { now, pass } = createClock()
    const store = memoryStore({ now })
    const quota = quotaOf('exact', { limit: 700, windowMs: 1_000 })
    for (let index = 0; index < 3_000; index++) {
      pass(1)
      expect(store.consume('a', quota, 1).allowed).toBe(index % 1_000 < 700)
    }
  })

  it('decides synchronously', () => {
    const store = memoryStore()
    const claims = ['a', 'b'].map((key) => ({ key, quota: five, cost: 1 }))
    expect(store.decide(claims).map((verdict) => verdict.remaining)).toEqual([4, 4])
  })

  it('shares counters between quotas that differ in nothing but the block', () => {
    const store = memoryStore()
    store.consume('a', five, 4)
    expect(store.consume('a', { ...five, blockMs: 60_000 }, 2).retryAfterMs).toBe(60_000)
    expect(store.consume('a', five, 1)).toMatchObject({ allowed: false, remaining: 0 })
  })
})

describe('memoryStore with more keys than it keeps', () => {
  it('stays within maxKeys', () => {
    const store = memoryStore({ maxKeys: 1_000, now: () => 0 })
    for (let index = 0; index < 50_000; index++) store.consume(`key ${index}`, five, 1)
    expect(store.size).toBe(1_000)
  })

  it.each(['exact', 'gcra', 'fixed'] as const)('forgets by %s nothing that anyone has used', async (algorithm) => {
    const store = memoryStore({ maxKeys: 100, now: () => 0 })
    const quota = { ...five, algorithm }
    await consume(store, 'attacker', quota, 5)
    await consume(store, 'light', quota, 2)
    for (let index = 0; index < 20_000; index++) store.consume(`decoy ${index}`, quota, 1)
    expect(store.peek('attacker', quota).allowed).toBe(false)
    expect(store.peek('light', quota).remaining).toBe(3)
  })

  it('gives a client that uses up more keys than are kept, in turn, no more than the limit for each', () => {
    const store = memoryStore({ maxKeys: 100, now: () => 0 })
    const admitted = new Map<string, number>()
    for (let round = 0; round < 5; round++) {
      for (let index = 0; index < 10_000; index++) {
        const key = `key ${index}`
        while (store.consume(key, five, 1).allowed) admitted.set(key, (admitted.get(key) ?? 0) + 1)
      }
    }
    expect(Math.max(...admitted.values())).toBe(5)
    const sum = [...admitted.values()].reduce((total, count) => total + count)
    expect(sum).toBeLessThanOrEqual(5 * (100 + 4_096))
  })

  it('gives a key that had to share no second allowance when there is room again', () => {
    const { now, pass } = createClock()
    const store = memoryStore({ maxKeys: 1, now })
    store.consume('first', five, 1)
    pass(59_000)
    store.consume('late', five, 5)
    pass(2_000)
    expect(store.consume('late', five, 1)).toMatchObject({ allowed: false })
    pass(58_000)
    expect(store.consume('late', five, 1)).toMatchObject({ allowed: true, remaining: 4 })
  })

  it('gives the slots of idle keys to new ones, without a timer', () => {
    const timers = timersAlive()
    const { now, pass } = createClock()
    const store = memoryStore({ now, maxKeys: 1_000 })
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 1_000; index++)
        expect(store.consume(`key ${round} ${index}`, five, 1).remaining).toBe(4)
      pass(60_000)
    }
    expect(store.size).toBe(1_000)
    expect(timersAlive()).toBe(timers)
  })

  it('begins with nothing in a slot that had been used and blocked by another', () => {
    const { now, pass } = createClock()
    const store = memoryStore({ now, maxKeys: 1 })
    const wide = quotaOf('exact', { limit: 100 })
    store.consume('a', wide, 60)
    store.block('a', wide, 5_000)
    pass(5_000)
    expect(store.consume('b', wide, 100)).toMatchObject({ allowed: true, remaining: 0 })
    expect(store.size).toBe(1)
  })

  it('keeps no key for a refusal', () => {
    const store = memoryStore()
    store.consume('a', five, 6)
    store.peek('b', five)
    store.adjust('c', five, -1)
    store.consume('d', five, 0)
    store.block('e', five, 0)
    store.reset('f', five)
    expect(store.size).toBe(0)
  })

  it('forgets quotas under which nothing is held any more', () => {
    const { now, pass } = createClock()
    const store = memoryStore({ now })
    for (let index = 0; index < 1_000; index++) {
      store.consume('a', quotaOf('exact', { windowMs: 1_000 + index }), 1)
      pass(1_000)
    }
    expect(store.size).toBeLessThan(100)
  })
})

describe('memoryStore checks its options', () => {
  it.each([
    [{ maxKeys: 0 }, RangeError, "Cannot create a memory store as 'maxKeys' must be"],
    [{ maxKey: 5 }, TypeError, "'maxKey' is not an option: did you mean 'maxKeys'?"],
    [{ now: 5 }, TypeError, "Cannot create a memory store as 'now' must be a function"],
  ])('and refuses %j', (options, type, message) => {
    const create = () => memoryStore(options as object)
    expect(create).toThrow(type)
    expect(create).toThrow(message)
  })
})

function timersAlive(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
