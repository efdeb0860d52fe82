import { redisCommand, redisUntil } from './redis-command.ts'
import type { Service } from './service.ts'
import { startAll, stopAll } from './start-all.ts'
import { startRedis } from './start-redis.ts'

/** A Redis Cluster. */
export interface RedisCluster {
  /** Its three masters; each serves a third of the slots. */
  readonly nodes: readonly Service[]
  /** Ends all nodes for good. */
  readonly stop: () => Promise<void>
}

const settings = {
  'cluster-enabled': 'yes',
  'cluster-config-file': 'nodes.conf',
  'cluster-node-timeout': 2000,
  'cluster-announce-ip': '127.0.0.1',
}
const slotRanges = [
  ['0', '5460'],
  ['5461', '10922'],
  ['10923', '16383'],
] as const

/**
 * Starts a Redis Cluster of three masters without replicas; resolves when every node takes writes.
 *
 * @throws MissingServerError when there is no Redis and no way to get it
 */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await startAll(slotRanges.map(() => startRedis({ settings })))
  try {
    await join(nodes.map((node) => node.port))
  } catch (error) {
    await stopAll(nodes)
    throw error
  }
  return { nodes, stop: () => stopAll(nodes) }
}

async function join(ports: readonly number[]): Promise<void> {
  await Promise.all(
    ports.map(async (port, index) => {
      await redisCommand(port, 'CLUSTER', 'ADDSLOTSRANGE', ...(slotRanges[index] ?? []))
      // an epoch for each, lest they quarrel about who is younger
      await redisCommand(port, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    }),
  )
  const [first = 0, ...others] = ports
  for (const port of others) await redisCommand(first, 'CLUSTER', 'MEET', '127.0.0.1', String(port))
  const settled = /cluster_state:ok[^]*cluster_known_nodes:3/
  await Promise.all(ports.map((port) => redisUntil(port, ['CLUSTER', 'INFO'], settled)))
}
