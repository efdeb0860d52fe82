import { expect, test } from 'vitest'
import { Batcher, type BatcherOptions } from '../src/index.ts'

function counted(options: BatcherOptions<number, number>) {
  const asked: number[] = []
  const batcher = new Batcher<number, number>(async (keys) => {
    asked.push(...keys)
    return keys
  }, options)
  return { asked, batcher }
}

test('forgets keys beyond maxEntries, and keeps those that are used', async () => {
  const { asked, batcher } = counted({ cache: { maxEntries: 10 } })
  for (let key = 1; key <= 100; key++) {
    await batcher.load(key)
    await batcher.load(1)
  }
  expect(asked).toHaveLength(100)
  await batcher.load(2)
  expect(asked).toHaveLength(101)
})

test('remembers at least half of maxEntries', async () => {
  const { asked, batcher } = counted({ cache: { maxEntries: 10 } })
  await batcher.loadMany(Array.from({ length: 1_000 }, (_, key) => key))
  await batcher.loadMany([996, 997, 998, 999])
  expect(asked).toHaveLength(1_000)
})

test('forgets a value after ttlMs, counted from its arrival', async () => {
  let time = 0
  const { asked, batcher } = counted({ cache: { ttlMs: 100, now: () => time } })
  batcher.prime(2, 2)
  await batcher.load(1)
  time = 99
  await batcher.loadMany([1, 2])
  expect(asked).toEqual([1])
  time = 100
  await batcher.loadMany([1, 2])
  expect(asked).toEqual([1, 1, 2])
})

test("asks once for a key in a batch, and again in the next, with cache: 'batch'", async () => {
  const { asked, batcher } = counted({ cache: 'batch' })
  await Promise.all([batcher.load(1), batcher.load(1)])
  await batcher.prime(1, 5).load(1)
  expect(asked).toEqual([1, 1])
})

test.each([
  [{ cache: { maxEntries: 1 } }, RangeError, "'maxEntries' must be an integer of at least 2"],
  [{ cache: { ttlM: 5 } }, TypeError, "did you mean 'ttlMs'?"],
  [{ cache: 'tick' }, RangeError, "'cache' must be"],
  [{ cacheMap: new Map(), cache: { ttlMs: 5 } }, TypeError, "'cacheMap' and 'cache' exclude each other"],
  [{ cacheMap: new Map(), context: () => 1 }, TypeError, "'cacheMap' and 'context' exclude each other"],
  [{ schedule: 'manual', batchScheduleFn: () => undefined }, TypeError, 'exclude each other'],
  [{ schedule: { windowMs: -1 } }, RangeError, "'windowMs' must be"],
  [{ timeoutMs: 0 }, RangeError, "'timeoutMs' must be"],
  [{ maxConcurrency: 0 }, RangeError, "'maxConcurrency' must be"],
  [{ maxConcurrency: 1.5 }, RangeError, "'maxConcurrency' must be an integer of at least 1, or Infinity"],
  [{ context: {} }, TypeError, "'context' must be"],
  [{ maxBatchsize: 5 }, TypeError, "did you mean 'maxBatchSize'?"],
])('refuses the options %o', (options, Class, message) => {
  const create = () => new Batcher(async (keys: readonly number[]) => keys, options as never)
  expect(create).toThrow(Class)
  expect(create).toThrow(message)
})
