import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { Batcher, BatchTimeoutError } from '../src/index.ts'
import { held, turn } from './held-batcher.ts'

test('rejects an aborted load at once and leaves its key out', async () => {
  const { batcher, batches } = held()
  const controller = new AbortController()
  const aborted = batcher.load(1, { signal: controller.signal })
  const other = batcher.load(2)
  controller.abort(new Error('gone'))
  await expect(aborted).rejects.toThrow('gone')
  await turn()
  expect(batches.map(({ keys }) => keys)).toEqual([[2]])
  batches[0]?.answer()
  expect(await other).toBe(2)
})

test('rejects a load whose signal has aborted before', async () => {
  const { batcher, batches } = held()
  await expect(batcher.load(1, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
  await turn()
  expect(batches).toEqual([])
})

test('sends nothing when nobody waits any more', async () => {
  const { batcher, batches } = held()
  const controller = new AbortController()
  const loads = batcher.loadMany([1, 2], { signal: controller.signal })
  controller.abort(new Error('gone'))
  expect(await loads).toEqual([new Error('gone'), new Error('gone')])
  await turn()
  expect(batches).toEqual([])
})

test('aborts a running batch when the last of its loads is aborted, and forgets its keys', async () => {
  const { batcher, batches } = held()
  const [first, second] = [new AbortController(), new AbortController()]
  const loads = [batcher.load(1, { signal: first.signal }), batcher.load(2, { signal: second.signal })]
  await turn()
  first.abort(new Error('first'))
  expect(batches[0]?.info.signal.aborted).toBe(false)
  second.abort(new Error('second'))
  expect(batches[0]?.info.signal.reason).toEqual(new Error('second'))
  await expect(loads[0]).rejects.toThrow('first')
  await expect(loads[1]).rejects.toThrow('second')
  const again = batcher.load(1)
  await turn()
  batches[1]?.answer()
  expect(await again).toBe(1)
})

test('goes on for those who wait for the same key', async () => {
  const { batcher, batches } = held()
  const controller = new AbortController()
  const aborted = batcher.load(1, { signal: controller.signal })
  const patient = batcher.load(1)
  await turn()
  const late = batcher.load(1, { signal: controller.signal })
  controller.abort(new Error('gone'))
  await expect(aborted).rejects.toThrow('gone')
  await expect(late).rejects.toThrow('gone')
  expect(batches[0]?.info.signal.aborted).toBe(false)
  batches[0]?.answer()
  expect(await patient).toBe(1)
})

test('keeps an answer that has come before the signal aborts', async () => {
  const controller = new AbortController()
  let asked = 0
  const batcher = new Batcher<number, number>((keys) => {
    asked++
    // after the batcher has taken the answer, and before those who wait have
    queueMicrotask(() => queueMicrotask(() => controller.abort(new Error('gone'))))
    return Promise.resolve(keys)
  })
  await expect(batcher.load(1, { signal: controller.signal })).rejects.toThrow('gone')
  expect(await batcher.load(1)).toBe(1)
  expect(asked).toBe(1)
})

test('leaves one listener on a signal of many loads, and none after them', async () => {
  const { batcher, batches } = held()
  const { signal } = new AbortController()
  const loads = batcher.loadMany([1, 2, 3, 1], { signal })
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  await turn()
  batches[0]?.answer()
  expect(await loads).toEqual([1, 2, 3, 1])
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('fails a batch that takes too long, aborts its signal and forgets its keys', async () => {
  const { batcher, batches } = held({ timeoutMs: 20, name: 'books' })
  const failed = batcher.load(1)
  await expect(failed).rejects.toThrow(BatchTimeoutError)
  await expect(failed).rejects.toMatchObject({ code: 'ERR_BATCH_TIMEOUT', batcher: 'books', keys: 1, timeoutMs: 20 })
  expect(batches[0]?.info.signal.reason).toBeInstanceOf(BatchTimeoutError)
  batches[0]?.answer()
  const again = batcher.load(1)
  await turn()
  batches[1]?.answer()
  expect(await again).toBe(1)
})

test('times a batch out while another is in time', async () => {
  const { batcher, batches } = held({ timeoutMs: 100, maxBatchSize: 1 })
  const slow = batcher.load(1)
  const fast = batcher.load(2)
  await turn()
  batches[1]?.answer()
  expect(await fast).toBe(2)
  await expect(slow).rejects.toThrow('Cannot load 1 keys within 100 ms')
})

test('runs no more than maxConcurrency batches at a time, the others in turn', async () => {
  const { batcher, batches } = held({ maxConcurrency: 2, maxBatchSize: 1 })
  const loads = batcher.loadMany([1, 2, 3, 4])
  await turn()
  expect(batches.map(({ keys }) => keys[0])).toEqual([1, 2])
  batches[1]?.fail(new Error('down'))
  await turn()
  expect(batches.map(({ keys }) => keys[0])).toEqual([1, 2, 3])
  batches[0]?.answer()
  batches[2]?.answer()
  await turn()
  batches[3]?.answer()
  expect(await loads).toEqual([1, expect.objectContaining({ message: 'down' }), 3, 4])
})

test('gives the place of a batch to another when it times out, waiting or running', async () => {
  const { batcher, batches } = held({ maxConcurrency: 1, maxBatchSize: 1, timeoutMs: 30 })
  expect(await batcher.loadMany([1, 2])).toEqual([expect.any(BatchTimeoutError), expect.any(BatchTimeoutError)])
  const next = batcher.load(3)
  await turn()
  batches.at(-1)?.answer()
  expect(await next).toBe(3)
})

test('starts no batch that is late by the time a place is free', async () => {
  const { batcher, batches } = held({ maxConcurrency: 1, maxBatchSize: 1, timeoutMs: 20 })
  const loads = batcher.loadMany([1, 2, 3])
  await turn()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60)
  for (const outcome of await loads) expect(outcome).toBeInstanceOf(BatchTimeoutError)
  expect(batches.map(({ keys }) => keys)).toEqual([[1]])
})

test('fails very many waiting batches, each of which fails at once', async () => {
  let isDown = false
  let answer: (values: readonly number[]) => void = () => undefined
  const load = () => {
    if (isDown) throw new Error('down')
    return new Promise<readonly number[]>((resolve) => {
      answer = resolve
    })
  }
  const batcher = new Batcher<number, number>(load, { maxConcurrency: 1, batch: false })
  const loads = batcher.loadMany(Array.from({ length: 3_000 }, (_, index) => index))
  await turn()
  isDown = true
  answer([0])
  const outcomes = await loads
  expect(outcomes[0]).toBe(0)
  expect(outcomes.filter((outcome) => outcome instanceof TypeError)).toHaveLength(2_999)
})

test('collects for a window', async () => {
  const { batcher, batches } = held({ schedule: { windowMs: 50 } })
  const first = batcher.load(1)
  await turn()
  const second = batcher.load(2)
  await expect.poll(() => batches.length).toBe(1)
  batches[0]?.answer()
  expect(await Promise.all([first, second])).toEqual([1, 2])
  expect(batches).toHaveLength(1)
})

test('sends by hand, and a full batch by itself', async () => {
  const { batcher, batches } = held({ schedule: 'manual', maxBatchSize: 2 })
  const loads = batcher.loadMany([1, 2, 3])
  await turn()
  expect(batches.map(({ keys }) => keys)).toEqual([[1, 2]])
  expect(batcher.dispatch()).toBe(batcher)
  expect(batches.map(({ keys }) => keys)).toEqual([[1, 2], [3]])
  for (const { answer } of batches) answer()
  expect(await loads).toEqual([1, 2, 3])
})

test('takes a schedule that sends at once', async () => {
  const { batcher, batches } = held({ batchScheduleFn: (dispatch) => dispatch() })
  const load = batcher.load(1)
  await turn()
  batches[0]?.answer()
  expect(await load).toBe(1)
})

test('sends a batch once, however often it is told to, also one of known keys alone', async () => {
  const dispatches: (() => void)[] = []
  const { batcher, batches } = held({ batchScheduleFn: (dispatch) => dispatches.push(dispatch) })
  const first = batcher.load(1)
  dispatches[0]?.()
  batches[0]?.answer()
  expect(await first).toBe(1)
  const known = batcher.load(1)
  dispatches[1]?.()
  for (const dispatch of dispatches) dispatch()
  await turn()
  expect(await known).toBe(1)
  expect(batches).toHaveLength(1)
})

test('is not stopped by a schedule that throws', async () => {
  let isBroken = true
  const batchScheduleFn = (dispatch: () => void) => {
    dispatch()
    if (isBroken) throw new Error('broken')
  }
  const { batcher, batches } = held({ batchScheduleFn })
  expect(() => batcher.load(1)).toThrow('broken')
  await turn()
  isBroken = false
  const load = batcher.load(1)
  await turn()
  batches[0]?.answer()
  expect(await load).toBe(1)
})

test('tells of every batch its name, keys, time and failure, and nothing else', async () => {
  const messages: unknown[] = []
  const listen = (message: unknown) => messages.push(message)
  const { batcher, batches } = held({ name: 'books', maxBatchSize: 2 })
  subscribe('seawall:query-batcher:batch', listen)
  const loads = batcher.loadMany([1, 2, 3])
  await turn()
  batches[0]?.answer()
  batches[1]?.fail(new RangeError('secret'))
  await loads
  unsubscribe('seawall:query-batcher:batch', listen)
  expect(messages).toEqual([
    { batcher: 'books', keys: 2, durationMs: expect.any(Number) },
    { batcher: 'books', keys: 1, durationMs: expect.any(Number), error: 'RangeError' },
  ])
})

test('shows the batch function nothing of a batch that it could change', async () => {
  const { batcher, batches } = held()
  const load = batcher.load(1)
  await turn()
  const info = batches[0]?.info ?? {}
  expect(Reflect.ownKeys(info)).toEqual([])
  expect(Object.getOwnPropertyNames(Object.getPrototypeOf(info))).toEqual(['constructor', 'signal', 'context'])
  expect(() => Object.assign(info, { context: 'other' })).toThrow(TypeError)
  batches[0]?.answer()
  expect(await load).toBe(1)
})
