import { describe, expect, it } from 'vitest'
import { Breaker } from '../src/breaker.ts'

function opened(): Breaker {
  const breaker = new Breaker(2, 1_000)
  for (let index = 0; index < 2; index++) {
    breaker.begin(0)
    breaker.failed(0)
    breaker.ended()
  }
  return breaker
}

describe('Breaker', () => {
  it('lets attempts through while fewer failed in a row than its limit', () => {
    const breaker = new Breaker(2, 1_000)
    breaker.begin(0)
    breaker.failed(0)
    breaker.succeeded()
    breaker.failed(0)
    expect(breaker.begin(0)).toBe(true)
  })

  it('lets none through after as many failures as its limit', () => {
    expect(opened().begin(999)).toBe(false)
  })

  it('lets one through when its pause is over, and the next after another pause', () => {
    const breaker = opened()
    expect(breaker.begin(1_000)).toBe(true)
    breaker.ended()
    expect(breaker.begin(1_999)).toBe(false)
    expect(breaker.begin(2_000)).toBe(true)
  })

  it('lets all through after a success', () => {
    const breaker = opened()
    breaker.begin(1_000)
    breaker.succeeded()
    expect(breaker.begin(1_000)).toBe(true)
    expect(breaker.begin(1_000)).toBe(true)
  })

  it('pauses longer while an attempt is unanswered', () => {
    const breaker = opened()
    breaker.begin(1_000)
    breaker.failed(1_075)
    expect(breaker.begin(31_074)).toBe(false)
    expect(breaker.begin(31_075)).toBe(true)
  })

  it('pauses no longer than usual once the late answer is here', () => {
    const breaker = opened()
    breaker.begin(1_000)
    breaker.failed(1_075)
    breaker.ended()
    expect(breaker.begin(2_075)).toBe(true)
  })
})
