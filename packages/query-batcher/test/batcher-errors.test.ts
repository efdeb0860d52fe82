import { isNativeError } from 'node:util/types'
import { runInThisContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Batcher, type BatcherOptions } from '../src/index.ts'

class DatabaseError extends Error {
  readonly code = '57P01'
  override readonly name = 'DatabaseError'
}

function failing(error: unknown, options: BatcherOptions<number, number> = {}) {
  const fail = async () => {
    throw error
  }
  return new Batcher<number, number>(fail, options)
}

/** Outside of what Vite transforms, where V8 does not see that one function awaits another. */
const renderPage = runInThisContext('(async function renderPage(batcher) { await batcher.load(1) })') as (
  batcher: Batcher<number, number>,
) => Promise<void>

async function reasonOf(load: Promise<unknown>): Promise<unknown> {
  return load.then(
    () => undefined,
    (reason: unknown) => reason,
  )
}

test('gives each load an error of its own when the batch fails', async () => {
  const error = new DatabaseError('terminated', { cause: 'restart' })
  const batcher = failing(error)
  const [one, two] = await batcher.loadMany([1, 2])
  expect(one).not.toBe(two)
  expect(one).not.toBe(error)
  for (const copy of [one, two]) {
    expect(copy).toBeInstanceOf(DatabaseError)
    expect(copy).toEqual(error)
    expect(copy).toMatchObject({ code: '57P01', name: 'DatabaseError', message: 'terminated', cause: 'restart' })
    expect(isNativeError(copy)).toBe(true)
  }
})

test('names the functions that await a failed load', async () => {
  const batcher = failing(new Error('down'))
  const reason = await reasonOf(renderPage(batcher))
  expect((reason as Error).stack).toMatch(/^Error: down\n[^]*Loaded at:\n +at async renderPage /)
})

test('names every caller with stacks: true', async () => {
  const batcher = failing(new Error('down'), { stacks: true })
  function startRendering() {
    return batcher.load(1)
  }
  const reason = await reasonOf(startRendering().then(() => undefined))
  expect((reason as Error).stack).toMatch(/Loaded at:\n +at startRendering /)
})

test('copies an error that is frozen', async () => {
  const error = Object.freeze(new DatabaseError('terminated'))
  const reason = await reasonOf(renderPage(failing(error) as never))
  expect(reason).toMatchObject({ code: '57P01', message: 'terminated' })
  expect((reason as Error).stack).toMatch(/at async renderPage /)
})

test('keeps an aborted batch an AbortError', async () => {
  const [one, two] = await failing(AbortSignal.abort().reason).loadMany([1, 2])
  expect(one).toBeInstanceOf(DOMException)
  expect(one).toMatchObject({ name: 'AbortError', message: 'This operation was aborted', code: 20 })
  expect(one).not.toBe(two)
})

test('passes on what is no error', async () => {
  expect(await failing('down').loadMany([1])).toEqual(['down'])
})

test('forgets keys of a batch that has failed with nothing', async () => {
  let asked = 0
  const nothing: unknown = undefined
  const batcher = new Batcher<number, number>(async () => {
    asked++
    throw nothing
  })
  await batcher.loadMany([1])
  await batcher.loadMany([1])
  expect(asked).toBe(2)
})

test('names neither keys nor values when the answer has another length', async () => {
  const batcher = new Batcher<string, string>(async () => ['private value', 'other'])
  const reason = await reasonOf(batcher.load('private key'))
  expect(String(reason)).toBe(
    'TypeError: Cannot load a batch as the batch function must return a promise of an array of values as long as the array of keys, which promised 2 values for 1 keys',
  )
})

test('keeps what a batch function has thrown at once as the cause', async () => {
  const thrown = new RangeError('at once')
  const batcher = new Batcher<number, number>(() => {
    throw thrown
  })
  const reason = await reasonOf(batcher.load(1))
  expect(reason).toBeInstanceOf(TypeError)
  expect((reason as Error).cause).toBe(thrown)
})
