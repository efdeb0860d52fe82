import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { ReadBatch, type AskTier } from '../src/read-batch.ts'
import type { StoredEntry } from '../src/tier.ts'

const where = new AsyncLocalStorage<string>()
const entry: StoredEntry = { payload: Buffer.from('1'), softMs: 1, hardMs: 1, tags: [], version: '1' }

/** Asks for keys, each in a context of its own name, and returns what each was told there. */
async function tell(keys: readonly string[], ask: AskTier): Promise<string[]> {
  const batch = new ReadBatch()
  const heard: string[] = []
  for (const key of keys) {
    where.run(key, () => {
      const place = batch.add(key, keys)
      const hear = () => {
        const what = batch.failure === undefined ? (batch.entries[place]?.version ?? 'nothing') : 'failed'
        heard.push(`${key} in ${where.getStore()}: ${what}`)
      }
      void batch.told.then(hear)
    })
  }
  batch.send(ask, () => 0)
  await expect.poll(() => heard).toHaveLength(keys.length)
  return heard
}

describe('a batch of reads', () => {
  test('tells each what the tier has, where it was asked', async () => {
    const heard = await tell(['a', 'b', 'c'], (keys, done) =>
      done(keys.map((key) => (key === 'b' ? entry : undefined))),
    )
    expect(heard).toEqual(['a in a: nothing', 'b in b: 1', 'c in c: nothing'])
  })

  test.for<[string, AskTier]>([
    ['fails', (_keys, _done, failed) => failed(new Error('no'))],
    ['does not answer each', (_keys, done) => done([entry])],
    ['answers with something else', (_keys, done) => done(null as never)],
  ])('tells all that the tier %s', async ([, ask]) => {
    expect(await tell(['a', 'b'], ask)).toEqual(['a in a: failed', 'b in b: failed'])
  })

  test('knows when it was asked and answered', async () => {
    const batch = new ReadBatch()
    let now = 0
    batch.send(
      (_keys, done) => done([]),
      () => ++now,
    )
    await batch.told
    expect([batch.askedAt, batch.toldAt]).toEqual([1, 2])
  })

  test('knows its keys once there are two who ask, or keys were forgotten', () => {
    const [one, other] = [{}, {}]
    const batch = new ReadBatch()
    batch.add('a', one)
    expect([batch.has('a', other), batch.has('b', other)]).toEqual([true, false])
    const parted = new ReadBatch()
    parted.add('a', one)
    parted.partFromEarlier()
    parted.add('b', one)
    expect(['a', 'b', 'c'].map((key) => parted.has(key, one))).toEqual([true, true, false])
  })
})
