import { expect, test } from 'vitest'
import { rollUnderLoad } from '../../src/roll-under-load.ts'
import { startStack } from '../../src/start-stack.ts'

test('no request fails and no review is lost while the processes are replaced again and again', async () => {
  const main = new URL('../../../fastify/src/main.ts', import.meta.url)
  const stack = await startStack(main, { REQUESTS_PER_MINUTE: '1000000' })
  try {
    const { failures, lost, restarts, requests, reviews } = await rollUnderLoad(stack, 20_000, 1000)
    expect({ failures, lost }).toEqual({ failures: [], lost: 0 })
    expect(restarts).toBeGreaterThanOrEqual(4)
    expect(requests).toBeGreaterThan(500)
    expect(reviews).toBeGreaterThan(50)
  } finally {
    await stack.stop()
  }
})
