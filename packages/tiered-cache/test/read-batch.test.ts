import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { ReadBatch, type ReadTaker } from '../src/read-batch.ts'
import type { StoredEntry } from '../src/tier.ts'

interface Asker {
  readonly key: string
  readonly taker: ReadTaker<Asker, string>
}

const place = new AsyncLocalStorage<string>()

/** A taker for which an entry is enough, and what it was told. */
function taker() {
  const told: string[] = []
  const all: ReadTaker<Asker, string> = {
    take: ({ key }, entry) => {
      if (key === 'broken') throw new Error('broken')
      told.push(`${key} ${entry === undefined ? 'missed' : 'hit'}`)
      return entry === undefined ? 'seen' : undefined
    },
    goOn: ({ key }, seen) => told.push(`${key} in ${place.getStore()}: ${typeof seen === 'string' ? seen : 'failed'}`),
  }
  return { told, taker: all }
}

const entry: StoredEntry = { payload: Buffer.from('1'), softMs: 1, hardMs: 1, tags: [], version: '1' }

describe('a batch of reads', () => {
  test('tells all in one go, and lets each go on where it was that has more to do', async () => {
    const { told, taker: all } = taker()
    const batch = new ReadBatch()
    for (const key of ['a', 'b', 'broken', 'd']) place.run(key, () => batch.add({ key, taker: all }))
    batch.send(
      async (keys) => keys.map((key) => (key === 'a' ? entry : undefined)),
      () => 0,
    )
    await expect.poll(() => told).toHaveLength(6)
    expect(told).toEqual(['a hit', 'b missed', 'd missed', 'b in b: seen', 'broken in broken: failed', 'd in d: seen'])
  })

  test.for([
    ['fails', () => Promise.reject(new Error('no'))],
    ['does not answer each', async () => [entry]],
  ] as const)('lets all go on where they were when the tier %s', async ([, read]) => {
    const { told, taker: all } = taker()
    const batch = new ReadBatch()
    for (const key of ['a', 'b']) place.run(key, () => batch.add({ key, taker: all }))
    batch.send(read, () => 0)
    await expect.poll(() => told).toEqual(['a in a: failed', 'b in b: failed'])
  })

  test('knows its keys once there are two who ask, or keys were forgotten', () => {
    const [one, other] = [taker(), taker()]
    const batch = new ReadBatch()
    batch.add({ key: 'a', taker: one.taker })
    expect(batch.has({ key: 'a', taker: other.taker })).toBe(true)
    expect(batch.has({ key: 'b', taker: other.taker })).toBe(false)
    const parted = new ReadBatch()
    parted.add({ key: 'a', taker: one.taker })
    parted.partFromEarlier()
    parted.add({ key: 'b', taker: one.taker })
    expect(['a', 'b', 'c'].map((key) => parted.has({ key, taker: one.taker }))).toEqual([true, true, false])
  })
})
