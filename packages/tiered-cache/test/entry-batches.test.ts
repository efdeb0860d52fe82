import { expect, test } from 'vitest'
import { entryBatches, type BoundEntry } from '../src/postgres/entry-batches.ts'

const one = (key: string, bytes: number, tags: readonly (readonly [string, string])[] = []): BoundEntry => ({
  key,
  entry: { payload: Buffer.alloc(bytes), softMs: 1, hardMs: 1, tags: tags.map(([tag]) => tag) },
  bound: { generation: 'g', pairs: tags },
})

test('puts together what is bound to the same, unless it would be too long', () => {
  const megabyte = 1024 * 1024
  const tags = [['t', 'v']] as const
  const batches = entryBatches([
    one('a', 5 * megabyte),
    one('tagged', 1, tags),
    one('b', 4 * megabyte),
    one('c', 10 * megabyte),
    one('also tagged', 1, [['t', 'v']]),
    one('of another time', 1, [['t', 'w']]),
  ])
  const keys = batches.map((batch) => batch.map(({ key }) => key))
  expect(keys).toEqual([['a'], ['tagged', 'also tagged'], ['b'], ['c'], ['of another time']])
})
