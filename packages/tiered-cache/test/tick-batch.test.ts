import { describe, expect, test } from 'vitest'
import { TickBatch } from '../src/tick-batch.ts'

/** A batch that answers with capitals, and the calls it made. */
function capitals(maxSize = Infinity) {
  const calls: (readonly string[])[] = []
  const batch = new TickBatch<string, string>(
    async (questions) => {
      calls.push(questions)
      return questions.map((question) => question.toUpperCase())
    },
    (question) => question,
    maxSize,
  )
  return { batch, calls }
}

describe('a tick batch', () => {
  test('makes one call of what is asked in one tick, promises included', async () => {
    const { batch, calls } = capitals()
    const later = Promise.resolve().then(() => batch.ask('c'))
    expect(await Promise.all([batch.ask('a'), batch.ask('b'), later])).toEqual(['A', 'B', 'C'])
    expect(calls).toEqual([['a', 'b', 'c']])
  })

  test('makes another call in the next tick', async () => {
    const { batch, calls } = capitals()
    await batch.ask('a')
    await batch.ask('a')
    expect(calls).toEqual([['a'], ['a']])
  })

  test('never has the same key twice in a call, nor more than it may', async () => {
    const { batch, calls } = capitals(2)
    await Promise.all(['a', 'b', 'c', 'c'].map((key) => batch.ask(key)))
    expect(calls).toEqual([['a', 'b'], ['c'], ['c']])
  })

  test('rejects all of a call that fails, or that does not answer each', async () => {
    const failing = new TickBatch<string, string>(() => Promise.reject(new Error('no')))
    expect(await Promise.allSettled([failing.ask('a'), failing.ask('b')])).toMatchObject([
      { status: 'rejected', reason: { message: 'no' } },
      { status: 'rejected', reason: { message: 'no' } },
    ])
    const silent = new TickBatch<string, string>(async () => [])
    await expect(silent.ask('a')).rejects.toThrow('A call for 1 keys brought 0 answers')
  })
})
