import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { Batcher, type BatcherOptions } from '../src/index.ts'

interface Tenant {
  readonly name: string
}

const store = new AsyncLocalStorage<Tenant>()

/** Answers with the tenant that the batch ran for, and tells its batches. */
function tenantBatcher(options: BatcherOptions<number, string>) {
  const batches: string[] = []
  const batcher = new Batcher<number, string>(async (keys) => {
    await Promise.resolve()
    const name = store.getStore()?.name ?? 'nobody'
    batches.push(`${name}: ${keys.join()}`)
    return keys.map((key) => `${key} of ${name}`)
  }, options)
  return { batcher, batches }
}

test.each([
  ['an AsyncLocalStorage', store],
  ['a function', () => store.getStore()?.name],
])('never merges or remembers across contexts, given by %s', async (_, context) => {
  const { batcher, batches } = tenantBatcher({ context })
  const [a, b] = [{ name: 'a' }, { name: 'b' }]
  const loads = [
    store.run(a, () => batcher.load(1)),
    store.run(b, () => batcher.load(1)),
    store.run(a, () => batcher.load(2)),
    batcher.load(1),
  ]
  expect(await Promise.all(loads)).toEqual(['1 of a', '1 of b', '2 of a', '1 of nobody'])
  expect(await store.run(b, () => batcher.load(1))).toBe('1 of b')
  expect(await store.run(b, () => batcher.load(2))).toBe('2 of b')
  expect(batches).toEqual(['a: 1,2', 'b: 1', 'nobody: 1', 'b: 2'])
})

test('primes and clears in the context alone, and clears all in every one', async () => {
  const { batcher } = tenantBatcher({ context: store })
  const [a, b] = [{ name: 'a' }, { name: 'b' }]
  store.run(a, () => batcher.prime(1, 'primed'))
  expect(await store.run(b, () => batcher.load(1))).toBe('1 of b')
  store.run(b, () => batcher.clear(1))
  expect(await store.run(a, () => batcher.load(1))).toBe('primed')
  batcher.clearAll()
  expect(await store.run(a, () => batcher.load(1))).toBe('1 of a')
})

test('tells the batch function its context', async () => {
  const batcher = new Batcher<number, unknown>(async (keys, { context }) => keys.map(() => context), { context: store })
  const tenant = { name: 'a' }
  expect(await store.run(tenant, () => batcher.load(1))).toBe(tenant)
})

test.each<[string, BatcherOptions<number, string>]>([
  ['at the end of a tick', {}],
  ['after a window', { schedule: { windowMs: 1 } }],
  ['by hand', { schedule: 'manual' }],
  ['when it is full', { schedule: 'manual', maxBatchSize: 2 }],
  ['after its turn', { maxConcurrency: 1, maxBatchSize: 1 }],
])('runs a batch in the context of its first load when it is sent %s', async (_, options) => {
  const { batcher, batches } = tenantBatcher(options)
  const first = store.run({ name: 'first' }, () => batcher.load(1))
  const second = store.run({ name: 'second' }, () => batcher.load(2))
  store.run({ name: 'sender' }, () => batcher.dispatch())
  await Promise.all([first, second])
  expect(batches[0]).toMatch(/^first/)
  if (options.maxConcurrency === 1) expect(batches[1]).toMatch(/^second/)
})

test('forgets the oldest of very many contexts that are no objects', async () => {
  let tenant = 0
  let asked = 0
  const load = async (keys: readonly number[]) => {
    asked++
    return keys
  }
  const batcher = new Batcher<number, number>(load, { context: () => tenant })
  for (tenant = 0; tenant <= 1_000; tenant++) await batcher.load(1)
  tenant = 1_000
  await batcher.load(1)
  expect(asked).toBe(1_001)
  tenant = 0
  await batcher.load(1)
  expect(asked).toBe(1_002)
})
