import { describe, expect, it, vi } from 'vitest'
import { createLimiter, memoryStore, type LimiterLimit, type LimiterSettings } from '../src/index.ts'
import { throwGone } from './broken-store.ts'

function limiterAt(limits: LimiterLimit | readonly LimiterLimit[]) {
  const clock = { now: 0 }
  return { clock, limiter: createLimiter(limits, { store: memoryStore({ now: () => clock.now }) }) }
}

describe('createLimiter', () => {
  it('decides at once with a store in memory, and says all there is to say', () => {
    const { limiter } = limiterAt({ name: 'mails', rate: '2/m' })
    expect(limiter.consume('ann')).toEqual({
      allowed: true,
      limit: 2,
      remaining: 1,
      resetMs: 60_000,
      retryAfterMs: 0,
      violated: [],
      shadowed: [],
      degraded: false,
      policies: [
        { name: 'mails', limit: 2, windowMs: 60_000, allowed: true, remaining: 1, resetMs: 60_000, retryAfterMs: 0 },
      ],
      settle: expect.any(Function),
    })
    void limiter.consume('ann')
    expect(limiter.consume('ann')).toMatchObject({
      allowed: false,
      remaining: 0,
      retryAfterMs: 60_000,
      violated: ['mails'],
    })
    expect(limiter.consume('bob')).toMatchObject({ allowed: true })
  })

  it('counts several limits together, and by none what one refuses', () => {
    const { limiter, clock } = limiterAt([
      { name: 'burst', rate: '1/s' },
      { name: 'daily', rate: '3/d' },
    ])
    expect(limiter.consume('ann')).toMatchObject({ allowed: true, limit: 1, remaining: 0 })
    for (let index = 0; index < 5; index++) expect(limiter.consume('ann')).toMatchObject({ violated: ['burst'] })
    clock.now = 1_000
    expect(limiter.consume('ann')).toMatchObject({ allowed: true })
    clock.now = 2_000
    expect(limiter.consume('ann')).toMatchObject({ allowed: true })
    clock.now = 3_000
    expect(limiter.consume('ann')).toMatchObject({ allowed: false, violated: ['daily'], retryAfterMs: 86_397_000 })
  })

  it('takes what a claim costs, and nothing of one that is refused', () => {
    const { limiter } = limiterAt({ name: 'rows', rate: '10/m' })
    expect(limiter.consume('ann', 8)).toMatchObject({ remaining: 2 })
    expect(limiter.consume('ann', 5)).toMatchObject({ allowed: false })
    expect(limiter.consume('ann', 2)).toMatchObject({ allowed: true, remaining: 0 })
  })

  it('peeks without counting', () => {
    const { limiter } = limiterAt({ name: 'a', rate: '1/m' })
    for (let index = 0; index < 3; index++) expect(limiter.peek('ann')).toMatchObject({ allowed: true, remaining: 1 })
  })

  it('fines and rewards', () => {
    const { limiter } = limiterAt({ name: 'a', rate: '5/m' })
    expect(limiter.penalty('ann', 3)).toMatchObject({ allowed: true, remaining: 2 })
    expect(limiter.penalty('ann', 9)).toMatchObject({ allowed: false, remaining: 0, violated: ['a'] })
    expect(limiter.reward('ann')).toMatchObject({ allowed: true, remaining: 1 })
    expect(limiter.reward('ann', 99)).toMatchObject({ remaining: 5 })
  })

  it('blocks and resets', () => {
    const { limiter, clock } = limiterAt({ name: 'a', rate: '5/m' })
    void limiter.block('ann', 90_000)
    expect(limiter.consume('ann')).toMatchObject({ allowed: false, retryAfterMs: 90_000 })
    clock.now = 80_000
    expect(limiter.consume('ann')).toMatchObject({ allowed: false, retryAfterMs: 10_000 })
    void limiter.reset('ann')
    expect(limiter.consume('ann')).toMatchObject({ allowed: true, remaining: 4 })
  })

  it('settles what was let in at what it cost in the end, as often as need be', () => {
    const { limiter } = limiterAt({ name: 'rows', rate: '10/m' })
    const decision = limiter.consume('ann', 5)
    if (decision instanceof Promise) throw new Error('a store in memory decides at once')
    expect(decision.settle(2)).toBe(true)
    expect(limiter.peek('ann')).toMatchObject({ remaining: 8 })
    void decision.settle(9)
    expect(limiter.peek('ann')).toMatchObject({ remaining: 1 })
    void decision.settle(9)
    expect(limiter.peek('ann')).toMatchObject({ remaining: 1 })
    void decision.settle(0)
    expect(limiter.peek('ann')).toMatchObject({ remaining: 10 })
  })

  it('believes of what it could not settle whatever lets in less, and goes on saying so', () => {
    const store = memoryStore({ now: () => 0 })
    const limiter = createLimiter({ name: 'rows', rate: '20/m', algorithm: 'gcra' }, { store })
    const decision = limiter.consume('ann', 5)
    const other = limiter.consume('ann', 5)
    if (decision instanceof Promise || other instanceof Promise) throw new Error('a store in memory decides at once')
    const adjust = vi.spyOn(store, 'adjust').mockImplementationOnce(throwGone)
    expect(decision.settle(9)).toBe(false)
    expect(decision.settle(0)).toBe(true)
    expect(limiter.peek('ann')).toMatchObject({ remaining: 15 })
    adjust.mockImplementationOnce(throwGone)
    expect([other.settle(2), other.settle(2)]).toEqual([false, false])
    expect(limiter.peek('ann')).toMatchObject({ remaining: 15 })
  })

  it('settles nothing of what was refused', () => {
    const { limiter } = limiterAt({ name: 'rows', rate: '1/m' })
    void limiter.consume('ann')
    const refused = limiter.consume('ann')
    if (refused instanceof Promise) throw new Error('a store in memory decides at once')
    void refused.settle(0)
    expect(limiter.peek('ann')).toMatchObject({ remaining: 0 })
  })

  it('gives nothing back of what has left its window', () => {
    const { limiter, clock } = limiterAt({ name: 'rows', rate: '2/m' })
    const early = limiter.consume('ann')
    if (early instanceof Promise) throw new Error('a store in memory decides at once')
    clock.now = 61_000
    void limiter.consume('ann')
    void early.settle(0)
    expect(limiter.peek('ann')).toMatchObject({ remaining: 1 })
  })

  it('limits nobody by null', () => {
    const limiter = createLimiter({ name: 'a', rate: null })
    expect(limiter.consume('ann', 1_000)).toMatchObject({
      allowed: true,
      limit: Infinity,
      remaining: Infinity,
      policies: [],
    })
  })

  it('admits nobody by 0', () => {
    const { limiter } = limiterAt({ name: 'a', rate: '0/m' })
    expect(limiter.consume('ann')).toMatchObject({ allowed: false, violated: ['a'] })
    expect(limiter.peek('ann')).toMatchObject({ allowed: false, violated: ['a'] })
    expect(limiter.reset('ann')).toBeUndefined()
  })

  it('only reports where it is told to watch', () => {
    const { limiter } = limiterAt({ name: 'a', rate: '1/m', shadow: true })
    void limiter.consume('ann')
    expect(limiter.consume('ann')).toMatchObject({ allowed: true, shadowed: ['a'] })
    expect(limiter.peek('ann')).toMatchObject({ allowed: false, violated: ['a'] })
  })

  it.each([Number.NaN, -1, Infinity, 0.5, '1'])('refuses the cost %j, whatever becomes of the store', (cost) => {
    const { limiter } = limiterAt({ name: 'a', rate: '5/m' })
    for (const method of ['consume', 'penalty', 'reward'] as const)
      expect(() => limiter[method]('ann', cost as number)).toThrow(RangeError)
    expect(limiter.peek('ann')).toMatchObject({ remaining: 5 })
  })

  it.each(['', [], ['a'], 5, undefined])('refuses the key %j', (key) => {
    expect(() => createLimiter({ name: 'a', rate: '5/m' }).consume(key as string)).toThrow("'key' must be a string")
  })

  it.each([-1, 0.5, Number.NaN, 31 * 86_400_000])('refuses to block for %j ms', (ms) => {
    expect(() => createLimiter({ name: 'a', rate: '5/m' }).block('ann', ms)).toThrow(
      "Cannot block a key as 'ms' must be",
    )
  })

  it.each([
    [[], {}, TypeError, 'as there must be at least one'],
    [{ rate: '5/m' }, {}, TypeError, "as 'name' must be"],
    [{ name: 'a b', rate: '5/m' }, {}, RangeError, "as 'name' must be"],
    [{ name: 'a' }, {}, TypeError, "as 'rate' must be"],
    [{ name: 'a', rate: '5/month' }, {}, RangeError, "did you mean '5/30d'?"],
    [{ name: 'a', rate: () => '5/m' }, {}, TypeError, "as 'rate' must be"],
    [{ name: 'a', rate: '5/m', algoritm: 'gcra' }, {}, TypeError, "did you mean 'algorithm'?"],
    [{ name: 'a', rate: '5/m', onError: 'open' }, {}, RangeError, "as 'onError' must be"],
    [{ name: 'a', rate: '5/m' }, { store: { consume: throwGone } }, TypeError, "as 'store' must be"],
    [{ name: 'a', rate: '5/m' }, { processes: 1.5 }, RangeError, "as 'processes' must be"],
  ])('refuses %j with %j', (limit, settings, type, message) => {
    const create = () => createLimiter(limit as unknown as LimiterLimit, settings as unknown as LimiterSettings)
    expect(create).toThrow(type)
    expect(create).toThrow(message)
  })
})
