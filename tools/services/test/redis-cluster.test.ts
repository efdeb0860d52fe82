import { Cluster } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { startRedisCluster } from '../src/index.ts'
import { redisUntil } from '../src/redis-command.ts'

test('every node takes writes, also after one was killed and started again', async () => {
  const { nodes, stop } = await startRedisCluster()
  const cluster = new Cluster(nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
  onTestFinished(async () => {
    cluster.disconnect()
    await stop()
  })
  // these keys lie in the first, the second and the third part of the slots
  const keys = ['b', 'c', 'a']
  for (const key of keys) expect(await cluster.set(key, key)).toBe('OK')
  const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()))
  expect(sizes).toEqual([1, 1, 1])
  const [, second] = nodes
  await second?.kill()
  await second?.restart()
  await Promise.all(nodes.map(({ port }) => redisUntil(port, ['CLUSTER', 'INFO'], /cluster_state:ok/)))
  for (const key of keys) expect(await cluster.set(key, key)).toBe('OK')
})
