import { describe, expect, test } from 'vitest'
import { Breaker } from '../src/breaker.ts'

describe('Breaker', () => {
  function setUp() {
    const clock = { now: 0 }
    const breaker = new Breaker(2, 100, () => clock.now)
    const fail = (times: number) => {
      for (let i = 0; i < times; i++) breaker.failed()
    }
    return { clock, breaker, fail }
  }

  test('allows until there were too many failures in a row', () => {
    const { breaker, fail } = setUp()
    fail(1)
    breaker.succeeded()
    fail(1)
    expect(breaker.allows()).toBe(true)
    fail(1)
    expect(breaker.allows()).toBe(false)
  })

  test('allows one try when its pause is over, and all others when the try succeeds', () => {
    const { clock, breaker, fail } = setUp()
    fail(2)
    clock.now = 100
    expect([breaker.allows(), breaker.allows()]).toEqual([true, false])
    breaker.succeeded()
    expect([breaker.allows(), breaker.allows()]).toEqual([true, true])
  })

  test('pauses again when the try fails', () => {
    const { clock, breaker, fail } = setUp()
    fail(2)
    clock.now = 100
    breaker.allows()
    fail(1)
    clock.now = 199
    expect(breaker.allows()).toBe(false)
    clock.now = 200
    expect(breaker.allows()).toBe(true)
  })
})
