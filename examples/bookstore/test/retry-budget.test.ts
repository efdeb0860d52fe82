import { describe, expect, it } from 'vitest'
import { RetryBudget } from '../src/retry-budget.ts'

describe('RetryBudget', () => {
  it('lets one request in ten be tried again, beyond the ten it begins with', () => {
    const budget = new RetryBudget()
    let retries = 0
    for (let request = 0; request < 1000; request++) {
      budget.earn()
      if (budget.take()) retries++
    }
    expect(retries).toBeGreaterThanOrEqual(105)
    expect(retries).toBeLessThanOrEqual(110)
  })

  it('saves no more than ten', () => {
    const budget = new RetryBudget()
    for (let request = 0; request < 1000; request++) budget.earn()
    expect(Array.from({ length: 11 }, () => budget.take())).toEqual([...Array(10).fill(true), false])
  })
})
