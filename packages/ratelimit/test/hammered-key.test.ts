import { randomUUID } from 'node:crypto'
import { describe, inject, it } from 'vitest'
import { admittedIn, hammer } from './hammer.ts'

describe('redisStore whose key is hammered by several processes', { concurrent: true, timeout: 30_000 }, () => {
  it('admits the limit, and never more in any window', async ({ expect }) => {
    const windowMs = 100
    const { admitted } = await hammer({
      url: inject('redisUrl'),
      prefix: randomUUID(),
      processes: 2,
      limit: 20,
      windowMs,
      forMs: 1_500,
    })
    const stamps = admitted.map(([stamp]) => stamp)
    expect(stamps.length).toBeGreaterThan(20)
    expect(Math.max(...stamps.map((stamp) => admittedIn(stamps, stamp, windowMs)))).toBe(20)
  })

  it('never admits more than the limit in a window to those that take leases, ahead too', async ({ expect }) => {
    const limit = 400
    const windowMs = 400
    const { admitted, ahead } = await hammer({
      url: inject('redisUrl'),
      prefix: randomUUID(),
      processes: 2,
      limit,
      windowMs,
      forMs: 1_500,
      lease: 40,
    })
    expect(admitted.length).toBeGreaterThan(limit)
    expect(ahead).toBeGreaterThan(0)
    for (const [index, [earliest]] of admitted.entries()) {
      const ends = admitted.slice(index).map(([, latest]) => latest)
      const soManyLater = ends.toSorted((a, b) => a - b)[limit] ?? Infinity
      expect(soManyLater - earliest).toBeGreaterThanOrEqual(windowMs * 1_000)
    }
  })
})
