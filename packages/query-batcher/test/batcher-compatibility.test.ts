import DataLoader from 'dataloader'
import { describe, expect, test } from 'vitest'
import { Batcher } from '../src/index.ts'

/** What both libraries promise: code that was written for the one runs with the other. */
const libraries = [
  { library: 'dataloader', Loader: DataLoader },
  { library: 'Batcher', Loader: Batcher as unknown as typeof DataLoader },
]

describe.each(libraries)('$library', ({ Loader }) => {
  /** A loader that answers each key with itself, and what it was asked. */
  function echo<K, C = K>(options?: DataLoader.Options<K, K, C>) {
    const batches: (readonly K[])[] = []
    const loader = new Loader<K, K, C>(async (keys) => {
      batches.push([...keys])
      return [...keys]
    }, options)
    return { loader, batches }
  }

  test('loads one key', async () => {
    const { loader, batches } = echo<number>()
    expect(await loader.load(1)).toBe(1)
    expect(batches).toEqual([[1]])
  })

  test('asks for keys of one tick together, in their order', async () => {
    const { loader, batches } = echo<string>()
    expect(await Promise.all([loader.load('b'), loader.load('a')])).toEqual(['b', 'a'])
    expect(batches).toEqual([['b', 'a']])
  })

  test('asks for a key once that is loaded twice', async () => {
    const { loader, batches } = echo<number>()
    expect(await Promise.all([loader.load(1), loader.load(1)])).toEqual([1, 1])
    expect(await loader.load(1)).toBe(1)
    expect(batches).toEqual([[1]])
  })

  test('collects loads over chains of promises', async () => {
    const { loader, batches } = echo<string>()
    const later = async (key: string, turns: number) => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      return loader.load(key)
    }
    await Promise.all([loader.load('now'), later('after one', 1), later('after five', 5)])
    expect(batches).toEqual([['now', 'after one', 'after five']])
  })

  test('lets a known key wait for the batch, so that what follows from both meets in one', async () => {
    const { loader: parents } = echo<string>()
    const { loader: children, batches } = echo<string>()
    await parents.load('known')
    const childOf = async (key: string) => children.load(`child of ${await parents.load(key)}`)
    await Promise.all([childOf('known'), childOf('new')])
    expect(batches.map((keys) => keys.toSorted())).toEqual([['child of known', 'child of new']])
  })

  test('splits batches at maxBatchSize', async () => {
    const { loader, batches } = echo<number>({ maxBatchSize: 2 })
    await Promise.all([1, 2, 3, 4, 5].map((key) => loader.load(key)))
    expect(batches).toEqual([[1, 2], [3, 4], [5]])
  })

  test('sends every key alone with batch: false', async () => {
    const { loader, batches } = echo<number>({ batch: false })
    await Promise.all([loader.load(1), loader.load(2)])
    expect(batches).toEqual([[1], [2]])
  })

  test('asks again for a key with cache: false, also within a batch', async () => {
    const { loader, batches } = echo<number>({ cache: false })
    await Promise.all([loader.load(1), loader.load(1)])
    await loader.load(1)
    expect(batches).toEqual([[1, 1], [1]])
  })

  test('gives values and errors to loadMany', async () => {
    const failure = new Error('no 2')
    const loader = new Loader<number, number>(async (keys) => keys.map((key) => (key === 2 ? failure : key)))
    expect(await loader.loadMany([1, 2, 3])).toEqual([1, failure, 3])
    expect(await loader.loadMany([])).toEqual([])
  })

  test('takes whatever has a length for keys', async () => {
    const { loader } = echo<number>()
    expect(await loader.loadMany({ length: 2, 0: 7, 1: 8 })).toEqual([7, 8])
  })

  test('takes whatever has a length for an answer', async () => {
    const loader = new Loader<number, string>(async () => ({ length: 2, 0: 'a', 1: 'b' }))
    expect(await loader.loadMany([1, 2])).toEqual(['a', 'b'])
  })

  test('rejects a load with the very error of its key, and remembers it', async () => {
    const failure = new Error('odd')
    const batches: (readonly number[])[] = []
    const loader = new Loader<number, number>(async (keys) => {
      batches.push(keys)
      return keys.map((key) => (key % 2 === 0 ? key : failure))
    })
    const [even, odd] = await Promise.allSettled([loader.load(2), loader.load(1)])
    expect(even).toEqual({ status: 'fulfilled', value: 2 })
    expect(odd).toEqual({ status: 'rejected', reason: failure })
    await expect(loader.load(1)).rejects.toBe(failure)
    expect(batches).toHaveLength(1)
  })

  test('forgets what a failed batch has asked for', async () => {
    let isBroken = true
    const loader = new Loader<number, number>(async (keys) => {
      if (isBroken) throw new RangeError('down')
      return keys
    })
    const failed = await Promise.allSettled([loader.load(1), loader.load(2)])
    for (const outcome of failed) expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(RangeError)
    isBroken = false
    expect(await loader.loadMany([1, 2])).toEqual([1, 2])
  })

  test('gives a known value although the batch that it waits for fails', async () => {
    const loader = new Loader<number, number>(async (keys) => {
      if (keys.includes(2)) throw new Error('down')
      return keys
    })
    await loader.load(1)
    const [known, failed] = await Promise.allSettled([loader.load(1), loader.load(2)])
    expect([known.status, failed.status]).toEqual(['fulfilled', 'rejected'])
  })

  test.each([
    ['throws', () => { throw new Error('at once') }], // prettier-ignore
    ['returns nothing', () => undefined],
    ['returns an array', () => [1]],
    ['promises nothing', async () => undefined],
    ['promises a string', async () => 'a'],
    ['promises too few', async () => []],
  ])('rejects with a TypeError when the batch function %s', async (_, load) => {
    const loader = new Loader<number, number>(load as never)
    await expect(loader.load(1)).rejects.toThrow(TypeError)
  })

  test.each([[null], [undefined]])('throws at once when the key is %s', (key) => {
    const { loader } = echo<unknown>()
    expect(() => loader.load(key)).toThrow(TypeError)
    expect(() => loader.loadMany([key])).toThrow(TypeError)
    expect(() => loader.loadMany(key as never)).toThrow(TypeError)
  })

  test('takes the falsy keys', async () => {
    const { loader } = echo<unknown>()
    expect(await loader.loadMany([0, '', false])).toEqual([0, '', false])
  })

  test('primes a key that is not known, and no other', async () => {
    const { loader, batches } = echo<string>()
    expect(loader.prime('a', 'A').prime('a', 'B')).toBe(loader)
    expect(await loader.loadMany(['a', 'b'])).toEqual(['A', 'b'])
    loader.prime('b', 'B')
    expect(await loader.load('b')).toBe('b')
    expect(batches).toEqual([['b']])
  })

  test('primes errors and promises', async () => {
    const { loader } = echo<string>()
    const failure = new Error('primed')
    loader.prime('error', failure).prime('promise', Promise.resolve('later'))
    await expect(loader.load('error')).rejects.toBe(failure)
    expect(await loader.load('promise')).toBe('later')
  })

  test('clears a key, or all', async () => {
    const { loader, batches } = echo<number>()
    await loader.loadMany([1, 2])
    expect(loader.clear(1)).toBe(loader)
    await loader.loadMany([1, 2])
    expect(loader.clearAll()).toBe(loader)
    await loader.loadMany([1, 2])
    expect(batches).toEqual([[1, 2], [1], [1, 2]])
  })

  test('ends a load that is under way when its key is cleared, and asks anew for the next', async () => {
    const { loader, batches } = echo<number>()
    const first = loader.load(1)
    loader.clear(1)
    expect(await Promise.all([first, loader.load(1)])).toEqual([1, 1])
    expect(batches).toEqual([[1, 1]])
  })

  test('finds objects by cacheKeyFn', async () => {
    const { loader, batches } = echo<{ id: number }, number>({ cacheKeyFn: ({ id }) => id })
    const first = { id: 1 }
    expect(await Promise.all([loader.load(first), loader.load({ id: 1 })])).toEqual([first, first])
    loader.clear({ id: 1 })
    await loader.load({ id: 1 })
    expect(batches).toEqual([[{ id: 1 }], [{ id: 1 }]])
  })

  test('keeps promises in the cacheMap that it is given', async () => {
    const cacheMap = new Map<number, Promise<number>>()
    const { loader, batches } = echo<number>({ cacheMap })
    await loader.load(1)
    expect(await cacheMap.get(1)).toBe(1)
    cacheMap.set(2, Promise.resolve(-2))
    expect(await loader.loadMany([1, 2])).toEqual([1, -2])
    loader.prime(3, -3).clear(1)
    expect([...cacheMap.keys()]).toEqual([2, 3])
    loader.clearAll()
    expect(cacheMap.size).toBe(0)
    expect(batches).toEqual([[1]])
  })

  test('remembers nothing with cacheMap: null', async () => {
    const { loader, batches } = echo<number>({ cacheMap: null })
    await loader.load(1)
    await loader.prime(1, 2).load(1)
    expect(batches).toEqual([[1], [1]])
  })

  test('refuses a cacheMap without the methods of a Map', () => {
    expect(() => echo({ cacheMap: { get: () => undefined } as never })).toThrow(TypeError)
  })

  test('sends a batch when batchScheduleFn says so', async () => {
    let send: () => void = () => undefined
    const { loader, batches } = echo<number>({ batchScheduleFn: (callback) => (send = callback) })
    const loads = Promise.all([loader.load(1), loader.load(2)])
    await new Promise(setImmediate)
    expect(batches).toEqual([])
    send()
    await loads
    expect(batches).toEqual([[1, 2]])
  })

  test('adopts a promise that stands among the values', async () => {
    const loader = new Loader<number, number>(async (keys) => keys.map((key) => Promise.resolve(key)) as never)
    expect(await loader.load(1)).toBe(1)
  })

  test('calls the batch function with itself as this, and tells its name', async () => {
    const loader: DataLoader<number, boolean> = new Loader<number, boolean>(
      async function (this: unknown, keys) {
        return keys.map(() => this === loader)
      },
      { name: 'books' },
    )
    expect(await loader.load(1)).toBe(true)
    expect(loader.name).toBe('books')
    expect(echo().loader.name).toBe(null)
  })

  test.each([[undefined], ['load'], [{}]])('refuses %s for a batch function', (load) => {
    expect(() => new Loader(load as never)).toThrow(TypeError)
  })

  test.each([[0], [-1], ['2']])('refuses %s for maxBatchSize', (maxBatchSize) => {
    expect(() => echo({ maxBatchSize: maxBatchSize as number })).toThrow(/maxBatchSize/)
  })
})
