import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { startSentinels } from '../src/index.ts'

test('the replica becomes master when the master is killed', async () => {
  const { masterName, master, replica, sentinels, stop } = await startSentinels()
  const client = new Redis({
    sentinels: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
    name: masterName,
    maxRetriesPerRequest: null,
    sentinelRetryStrategy: () => 50,
    retryStrategy: () => 50,
  })
  client.on('error', () => undefined)
  onTestFinished(async () => {
    client.disconnect()
    await stop()
  })
  expect(await client.set('a', '1')).toBe('OK')
  expect(await client.wait(1, 5000)).toBe(1)
  await master.kill()
  expect(await client.get('a')).toBe('1')
  expect(client.stream.remotePort).toBe(replica.port)
})
