import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServerClock } from '../src/redis/server-clock.ts'

describe('ServerClock', () => {
  it('knows nothing before the first reply', () => {
    expect(new ServerClock().at(5)).toBe(0)
  })

  it('is never ahead of the server, and behind by no more than the fastest reply took', () => {
    const delays = fc.array(fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 50 })), { minLength: 1 })
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), delays, (aheadMs, replies) => {
        const clock = new ServerClock()
        let now = 0
        for (const [there, back] of replies) {
          const sentMs = now
          now += there + back
          clock.learn((sentMs + there + aheadMs) * 1_000, sentMs, now)
        }
        const behindMs = now + aheadMs - clock.at(now) / 1_000
        expect(behindMs).toBeGreaterThanOrEqual(0)
        expect(behindMs).toBeLessThanOrEqual(Math.min(...replies.map(([, back]) => back)))
      }),
    )
  })

  it.each([-3_600_000, -500, 500, 3_600_000])('follows a server whose clock is set by %d ms', (setMs) => {
    const clock = new ServerClock()
    clock.learn(1_000_000_000, 0, 10)
    clock.learn(1_000_000_000 + (100 + setMs) * 1_000, 95, 105)
    expect(clock.at(105)).toBe(1_000_000_000 + (100 + setMs) * 1_000)
  })
})
