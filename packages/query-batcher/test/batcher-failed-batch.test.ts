import { expect, test } from 'vitest'
import { held, turn } from './held-batcher.ts'

const many = Array.from({ length: 1_500 }, (_, index) => index + 100)

test('leaves what was primed while the batch was under way', async () => {
  const { batcher, batches } = held()
  const loads = batcher.loadMany([1, 2])
  await turn()
  batcher.clear(1).prime(1, 5)
  batches[0]?.fail(new Error('down'))
  await loads
  expect(await batcher.load(1)).toBe(5)
  void batcher.load(2)
  await turn()
  expect(batches.map(({ keys }) => keys)).toEqual([[1, 2], [2]])
})

test.each([
  ['it was cleared', (batcher: ReturnType<typeof held>['batcher']) => batcher.clear(1)],
  ['all keys were cleared', (batcher: ReturnType<typeof held>['batcher']) => batcher.clearAll()],
  ['very many were cleared', (batcher: ReturnType<typeof held>['batcher']) => batcher.clearMany([...many, 1])],
])('leaves what was loaded anew after %s', async (_, clear) => {
  const { batcher, batches } = held()
  const failed = batcher.loadMany([1, 2])
  await turn()
  clear(batcher)
  const anew = batcher.load(1)
  await turn()
  batches[0]?.fail(new Error('down'))
  await failed
  batches[1]?.answer()
  expect(await Promise.all([anew, batcher.load(1)])).toEqual([1, 1])
  expect(batches.map(({ keys }) => keys)).toEqual([[1, 2], [1]])
})

test('forgets a key that was cleared and asked for again in the same batch', async () => {
  const { batcher, batches } = held()
  const first = batcher.loadMany([1])
  const second = batcher.clear(1).loadMany([1])
  await turn()
  batches[0]?.fail(new Error('down'))
  await Promise.all([first, second])
  void batcher.load(1)
  await turn()
  expect(batches.map(({ keys }) => keys)).toEqual([[1, 1], [1]])
})

test('leaves what was primed when the load that was under way is aborted', async () => {
  const { batcher, batches } = held()
  const controller = new AbortController()
  const aborted = batcher.load(1, { signal: controller.signal })
  batcher.clear(1).prime(1, 5)
  controller.abort(new Error('gone'))
  await expect(aborted).rejects.toThrow('gone')
  expect(await batcher.load(1)).toBe(5)
  expect(batches).toEqual([])
})

test('does not date anew what was primed meanwhile', async () => {
  let time = 0
  const { batcher, batches } = held({ cache: { ttlMs: 100, now: () => time } })
  const load = batcher.load(1)
  await turn()
  time = 50
  batcher.clear(1).prime(1, 5)
  time = 90
  batches[0]?.answer()
  await load
  time = 149
  expect(await batcher.load(1)).toBe(5)
  time = 150
  void batcher.load(1)
  await turn()
  expect(batches).toHaveLength(2)
})

test("clears the open batch with cache: 'batch'", async () => {
  const { batcher, batches } = held({ cache: 'batch' })
  const loads = [batcher.load(1), batcher.clearAll().load(1)]
  await turn()
  batches[0]?.answer()
  expect(await Promise.all(loads)).toEqual([1, 1])
  expect(batches[0]?.keys).toEqual([1, 1])
})
