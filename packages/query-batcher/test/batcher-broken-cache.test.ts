import { expect, test } from 'vitest'
import type { CacheMap } from '../src/index.ts'
import { held, turn } from './held-batcher.ts'
import { warningsOf } from './warnings.ts'

type Method = keyof CacheMap<number, Promise<number>>

/** A cache of which some methods throw, for key 2 alone. */
function broken(...methods: readonly Method[]): Map<number, Promise<number>> {
  const cacheMap = new Map<number, Promise<number>>()
  for (const method of methods) {
    const intact = cacheMap[method].bind(cacheMap) as (key: number, value?: unknown) => unknown
    Object.assign(cacheMap, {
      [method]: (key: number, value?: unknown) => {
        if (key === 2) throw new RangeError(`secret ${key}`)
        return intact(key, value)
      },
    })
  }
  return cacheMap
}

test('rejects every load of a failed batch although the cache cannot forget one, and warns once', async () => {
  const warnings = warningsOf('SEAWALL_BATCHER_CACHE')
  const { batcher, batches } = held({ cacheMap: broken('delete'), name: 'books' })
  for (let round = 0; round < 2; round++) {
    const loads = batcher.loadMany([1, 3, 2, 4 + round])
    await turn()
    batches[round]?.fail(new Error('down'))
    for (const outcome of await loads) expect(outcome).toMatchObject({ message: 'down' })
  }
  expect(batches.map(({ keys }) => keys)).toEqual([
    [1, 3, 2, 4],
    [1, 3, 5],
  ])
  expect(await warnings.messages()).toEqual([
    "The cache of the batcher 'books' has thrown a RangeError: it may go on to remember what it should have forgotten",
  ])
})

test('rejects every load of a failed batch although the cache cannot tell what it holds', async () => {
  const cacheMap = new Map<number, Promise<number>>()
  const { batcher, batches } = held({ cacheMap })
  const loads = batcher.loadMany([1, 2])
  await turn()
  batcher.clear(1)
  cacheMap.get = () => {
    throw new RangeError('broken')
  }
  batches[0]?.fail(new Error('down'))
  for (const outcome of await loads) expect(outcome).toMatchObject({ message: 'down' })
})

test('throws what the cache throws to the load of that key alone, and does not ask for it', async () => {
  const { batcher, batches } = held({ cacheMap: broken('set') })
  const one = batcher.load(1)
  expect(() => batcher.load(2)).toThrow('secret 2')
  const three = batcher.load(3)
  await turn()
  expect(batches.map(({ keys }) => keys)).toEqual([[1, 3]])
  batches[0]?.answer()
  expect(await Promise.all([one, three])).toEqual([1, 3])
})

test('leaves no rejection unhandled of a key that the cache did not take', async () => {
  const { batcher, batches } = held({ cacheMap: broken('set') })
  const one = batcher.load(1)
  expect(() => batcher.load(2)).toThrow('secret 2')
  await turn()
  batches[0]?.fail(new Error('down'))
  await expect(one).rejects.toThrow('down')
  await turn()
})

test('throws what the cache throws when it is read, and goes on', async () => {
  const { batcher, batches } = held({ cacheMap: broken('get') })
  expect(() => batcher.load(2)).toThrow('secret 2')
  const one = batcher.load(1)
  await turn()
  batches[0]?.answer()
  expect(await one).toBe(1)
})

test('rejects all aborted loads although the cache cannot forget one', async () => {
  const { batcher, batches } = held({ cacheMap: broken('delete'), name: 'aborted' })
  const controller = new AbortController()
  const loads = batcher.loadMany([2, 1], { signal: controller.signal })
  await turn()
  controller.abort(new Error('gone'))
  for (const outcome of await loads) expect(outcome).toMatchObject({ message: 'gone' })
  expect(batches[0]?.info.signal.aborted).toBe(true)
})

test('gives the values of a batch although the clock of the cache throws', async () => {
  let isBroken = false
  const now = () => {
    if (isBroken) throw new Error('no time')
    return 0
  }
  const { batcher, batches } = held({ cache: { ttlMs: 100, now } })
  const loads = batcher.loadMany([1, 2])
  await turn()
  isBroken = true
  batches[0]?.answer()
  expect(await loads).toEqual([1, 2])
})

test('tells what became of a transaction although the cache throws', async () => {
  const { batcher } = held({ cacheMap: broken('delete'), name: 'written' })
  expect(await batcher.afterCommit(async (writes) => writes.prime(2, 5) && 'committed')).toBe('committed')
  const failed = batcher.afterCommit(async (writes) => {
    writes.clear(2)
    throw new Error('rolled back')
  })
  await expect(failed).rejects.toThrow('rolled back')
})
