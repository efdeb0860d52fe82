import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, test } from 'vitest'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.quit())

test('loads a cold key once when several processes ask for it a thousand times each', async () => {
  const namespace = `test-${randomUUID()}`
  const worker = new URL('load.worker.ts', import.meta.url)
  const execArgv = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  const processes = Array.from({ length: 3 }, () => fork(worker, [inject('redisUrl'), namespace], { execArgv }))
  try {
    await Promise.all(processes.map((child) => once(child, 'message')))
    const answers = processes.map(async (child) => {
      const [answer] = (await once(child, 'message')) as unknown[]
      return answer
    })
    const ends = processes.map((child) => once(child, 'exit'))
    for (const child of processes) child.send('go')
    expect(await Promise.all(answers)).toEqual([[1], [1], [1]])
    expect(await redis.get(`${namespace}-loads`)).toBe('1')
    expect((await Promise.all(ends)).map(([code]) => code as unknown)).toEqual([0, 0, 0])
  } finally {
    for (const child of processes) child.kill('SIGKILL')
    await redis.del(`${namespace}-loads`)
  }
}, 30_000)
