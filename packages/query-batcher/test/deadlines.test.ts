import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { deadlinesOf, liftDeadline, type Expiring } from '../src/batcher/deadlines.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function expiring(): Expiring & { isLate: boolean } {
  return {
    isLate: false,
    lateInTurn: 0,
    earlier: undefined,
    later: undefined,
    expire() {
      this.isLate = true
    },
  }
}

test.each([[1], [2], [7], [20], [30_000], [2 ** 31 - 1]])('reaches the first deadline of %s ms', (lengthMs) => {
  const one = expiring()
  deadlinesOf(lengthMs).set(one)
  vi.advanceTimersByTime(lengthMs - 1)
  expect(one.isLate).toBe(false)
  vi.advanceTimersByTime(8)
  expect(one.isLate).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('reaches one that is set within a turn not too early, and at most an eighth too late', () => {
  const deadlines = deadlinesOf(800)
  const [first, second] = [expiring(), expiring()]
  deadlines.set(first)
  vi.advanceTimersByTime(50)
  deadlines.set(second)
  vi.advanceTimersByTime(799)
  expect([first.isLate, second.isLate]).toEqual([true, false])
  vi.advanceTimersByTime(101)
  expect(second.isLate).toBe(true)
})

test('never reaches one that is lifted, and stops its timer', () => {
  const deadlines = deadlinesOf(800)
  const all = [expiring(), expiring(), expiring()] as const
  for (const one of all) deadlines.set(one)
  liftDeadline(all[1])
  liftDeadline(all[1])
  vi.advanceTimersByTime(900)
  expect(all.map(({ isLate }) => isLate)).toEqual([true, false, true])
  expect(vi.getTimerCount()).toBe(0)
  deadlines.set(all[1])
  vi.advanceTimersByTime(900)
  expect(all[1].isLate).toBe(true)
})

test('shares deadlines of a length, and keeps a bounded number of lengths', () => {
  const shared = deadlinesOf(5_000)
  expect(deadlinesOf(5_000)).toBe(shared)
  for (let lengthMs = 1; lengthMs <= 200; lengthMs++) deadlinesOf(lengthMs)
  expect(deadlinesOf(5_000)).not.toBe(shared)
})
