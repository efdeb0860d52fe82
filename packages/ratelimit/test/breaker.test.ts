import { describe, expect, it } from 'vitest'
import { Breaker } from '../src/redis/breaker.ts'

function opened(): Breaker {
  const breaker = new Breaker(2, 1_000)
  for (let index = 0; index < 2; index++) {
    breaker.began()
    breaker.failed(0)
    breaker.ended()
  }
  return breaker
}

describe('Breaker', () => {
  it('stays closed while fewer failed in a row than its limit', () => {
    const breaker = new Breaker(2, 1_000)
    breaker.failed(0)
    breaker.succeeded()
    breaker.failed(0)
    expect(breaker.isOpen).toBe(false)
  })

  it('opens after as many failures as its limit, and closes after a success', () => {
    const breaker = opened()
    expect(breaker.isOpen).toBe(true)
    breaker.succeeded()
    expect(breaker.isOpen).toBe(false)
  })

  it('takes a probe when its pause is over, and the next after another pause', () => {
    const breaker = opened()
    expect([999, 1_000, 1_999, 2_000].map((now) => breaker.takesProbe(now))).toEqual([false, true, false, true])
  })

  it('pauses longer while an attempt is unanswered', () => {
    const breaker = opened()
    breaker.began()
    breaker.failed(1_075)
    expect([31_074, 31_075].map((now) => breaker.takesProbe(now))).toEqual([false, true])
  })

  it('pauses no longer than usual once the late answer is here', () => {
    const breaker = opened()
    breaker.began()
    breaker.failed(1_075)
    breaker.ended()
    expect(breaker.takesProbe(2_075)).toBe(true)
  })
})
