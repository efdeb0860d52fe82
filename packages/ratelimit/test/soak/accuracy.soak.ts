import { randomUUID } from 'node:crypto'
import { describe, expect, inject, it } from 'vitest'
import { admittedIn, hammer } from '../hammer.ts'

const limit = 20
const windowMs = 150
const windows = 100

describe('eight processes that hammer one key', () => {
  it('are admitted exactly the limit in 100 of 100 windows, and never more in any', async () => {
    const { admitted } = await hammer({
      url: inject('redisUrl'),
      prefix: randomUUID(),
      processes: 8,
      limit,
      windowMs,
      forMs: 30_000,
    })
    const stamps = admitted.map(([stamp]) => stamp)
    expect(stamps.length).toBeGreaterThan(windows * limit)
    const starts = Array.from({ length: windows }, (_, index) => stamps[index * limit] ?? 0)
    expect(starts.map((start) => admittedIn(stamps, start, windowMs))).toEqual(starts.map(() => limit))
    const most = Math.max(...stamps.map((stamp) => admittedIn(stamps, stamp, windowMs)))
    expect(most).toBe(limit)
  })
})
