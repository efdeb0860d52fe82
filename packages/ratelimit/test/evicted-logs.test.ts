import { describe, expect, it } from 'vitest'
import { EvictedLogs } from '../src/evicted-logs.ts'
import { RollingLog } from '../src/rolling-log.ts'

const rate = { limit: 6, windowMs: 1_000 }

function log(stamps: readonly number[]): RollingLog {
  return new RollingLog(rate.limit, stamps)
}

describe('EvictedLogs', () => {
  it('gives a key that returns at least what it had used, though thousands share its bucket', () => {
    const evicted = new EvictedLogs(rate)
    const kept = Array.from({ length: 20_000 }, (_, index) => {
      const stamps = Array.from({ length: index % 7 }, (_unused, place) => (index % 90) + place * 10)
      evicted.keep(`key ${index}`, log(stamps))
      return { key: `key ${index}`, stamps }
    })
    const short = kept.filter(({ key, stamps }) => !dominates(evicted.inherit(key, 200).stamps(), stamps))
    expect(short).toEqual([])
  })

  it('forgets what has left the window', () => {
    const evicted = new EvictedLogs(rate)
    evicted.keep('a', log([1, 500]))
    expect(evicted.inherit('a', 1_001).stamps()).toEqual([500])
    expect(evicted.inherit('a', 1_500).stamps()).toEqual([])
  })

  it('begins with an empty log for a key that never was', () => {
    expect(new EvictedLogs(rate).inherit('a', 5).size).toBe(0)
  })
})

/** Whether a log refuses whatever another one would refuse: counted from the newest, no stamp is earlier. */
function dominates(log: readonly number[], other: readonly number[]): boolean {
  return other.toReversed().every((stamp, index) => (log.at(-1 - index) ?? -1) >= stamp && index < log.length)
}
