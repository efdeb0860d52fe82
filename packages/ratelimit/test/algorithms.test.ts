import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { memoryStore } from '../src/memory-store.ts'
import { redisStore } from '../src/redis.ts'
import type { Algorithm, Quota } from '../src/store.ts'
import { excess, inFixedWindow, type Admission } from './admission-model.ts'
import { createClock } from './clock.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const algorithms = ['exact', 'gcra', 'fixed'] as const
/** What sums of fractions may be off by. */
const rounding = 1e-5

function quotas(algorithm: Algorithm): fc.Arbitrary<Quota> {
  return fc
    .record({
      limit: fc.integer({ min: 1, max: 12 }),
      windowMs: fc.integer({ min: 1, max: 40 }),
      burst: fc.integer({ min: 1, max: 12 }),
    })
    .map(({ limit, windowMs, burst }) => {
      return { algorithm, limit, windowMs, burst: algorithm === 'gcra' ? burst : limit, blockMs: 0 }
    })
}

/** Waits that an attacker would choose: none, and the window, a little less and a little more. */
const waits = fc.oneof(
  fc.constant(() => 0),
  fc.integer({ min: 0, max: 15 }).map((ms) => () => ms),
  fc.integer({ min: -1, max: 1 }).map((more) => (windowMs: number) => Math.max(0, windowMs + more)),
)
const claims = fc.array(fc.record({ wait: waits, key: fc.integer({ min: 0, max: 2 }), cost: fc.nat({ max: 4 }) }), {
  maxLength: 200,
})

/** Whether the algorithm, told by what it publishes, would admit a cost. */
function fits(quota: Quota, admissions: readonly Admission[], at: number, cost: number): boolean {
  if (cost === 0) return true
  if (quota.algorithm === 'fixed') return inFixedWindow(admissions, at, quota.windowMs) + cost <= quota.limit
  return excess(quota, [...admissions, { at, cost }], at) <= rounding
}

describe.each([...algorithms])('in memory, %s', (algorithm) => {
  it('admits what counting every admission by hand admits, and no stretch of time holds more than is published', () => {
    fc.assert(
      fc.property(quotas(algorithm), claims, (quota, steps) => {
        const { now, pass } = createClock()
        const store = memoryStore({ now })
        const admissions = new Map<number, Admission[]>()
        for (const { wait, key, cost } of steps) {
          pass(wait(quota.windowMs))
          const past = admissions.get(key) ?? []
          const { allowed } = store.consume(String(key), quota, cost)
          expect(allowed).toBe(fits(quota, past, now(), cost))
          if (!allowed) continue
          admissions.set(key, [...past, { at: now(), cost }])
          expect(excess(quota, admissions.get(key) ?? [], now())).toBeLessThanOrEqual(rounding)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('tells what remains and how long to wait, neither more nor less', () => {
    fc.assert(
      fc.property(quotas(algorithm), claims, (quota, steps) => {
        const { now, pass } = createClock()
        const store = memoryStore({ now })
        for (const { wait, cost } of steps) {
          pass(wait(quota.windowMs))
          const { allowed, remaining, retryAfterMs } = store.consume('a', quota, cost)
          if (allowed || cost > quota.burst) {
            expect(store.decide([{ key: 'a', quota, cost: remaining + 1 }])[0]?.allowed).toBe(false)
            continue
          }
          pass(retryAfterMs - 1)
          expect(retryAfterMs <= 1 || !store.consume('a', quota, cost).allowed).toBe(true)
          pass(1)
          expect(store.consume('a', quota, cost).allowed).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('gives no key more when there are more keys than are kept', () => {
    const many = fc.array(fc.record({ wait: waits, key: fc.nat({ max: 9 }) }), { maxLength: 400 })
    fc.assert(
      fc.property(quotas(algorithm), many, fc.integer({ min: 1, max: 4 }), (quota, steps, maxKeys) => {
        const { now, pass } = createClock()
        const store = memoryStore({ now, maxKeys })
        const admissions = new Map<number, Admission[]>()
        for (const { wait, key } of steps) {
          pass(wait(quota.windowMs))
          if (!store.consume(String(key), quota, 1).allowed) continue
          const all = [...(admissions.get(key) ?? []), { at: now(), cost: 1 }]
          admissions.set(key, all)
          expect(excess(quota, all, now())).toBeLessThanOrEqual(rounding)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe.each([...algorithms])('in Redis, %s', (algorithm) => {
  const bursts = fc.array(
    fc.record({ waitMs: fc.nat({ max: 25 }), costs: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 20 }) }),
    { minLength: 5, maxLength: 15 },
  )

  it('holds in no stretch of time by its own clock more than is published, and admits what fits', async () => {
    await fc.assert(
      fc.asyncProperty(quotas(algorithm), bursts, async (quota, steps) => {
        const store = redisStore(redis, { prefix: randomUUID(), deadlineMs: 10_000, denyCacheKeys: 0 })
        const admissions: Admission[] = []
        for (const { waitMs, costs } of steps) {
          await sleep(waitMs)
          const verdicts = await Promise.all(costs.map(async (cost) => store.consume('a', quota, cost)))
          verdicts.forEach(({ allowed, stamp }, index) => {
            const cost = costs[index] ?? 0
            if (!allowed || cost === 0) return
            const at = stamp / 1_000
            expect(fits(quota, admissions, at, cost)).toBe(true)
            admissions.push({ at, cost })
            expect(excess(quota, admissions, at)).toBeLessThanOrEqual(rounding)
          })
        }
        expect(admissions.length).toBeGreaterThan(0)
      }),
      {
        numRuns: 8,
        examples: [
          [
            { algorithm, limit: 5, windowMs: 20, burst: 5, blockMs: 0 },
            Array.from({ length: 10 }, () => ({ waitMs: 9, costs: [1, 1, 1, 1, 1, 1] })),
          ],
        ],
      },
    )
  })
})
