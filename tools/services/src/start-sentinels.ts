import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answers } from './answers.ts'
import { findServer } from './find-server.ts'
import { redisUntil } from './redis-command.ts'
import type { Service } from './service.ts'
import { startAll, stopAll } from './start-all.ts'
import { startRedis } from './start-redis.ts'
import { startService } from './start-service.ts'

/** A Redis with a replica, watched by sentinels. */
export interface Sentinels {
  /** The name by which clients ask the sentinels for the master. */
  readonly masterName: string
  /** The server that is master at the start. */
  readonly master: Service
  /** The server that follows the master at the start. */
  readonly replica: Service
  /** The three sentinels; two of them must agree on a failover. */
  readonly sentinels: readonly Service[]
  /** Ends all five for good. */
  readonly stop: () => Promise<void>
}

const masterName = 'mymaster'

/**
 * Starts a master, a replica and three sentinels which fail over half a second after the master is gone; resolves when
 * all of them know each other.
 *
 * @throws MissingServerError when there is no Redis and no way to get it
 */
export async function startSentinels(): Promise<Sentinels> {
  const started: Service[] = []
  const stop = (): Promise<void> => stopAll(started)
  try {
    const settings = { 'repl-diskless-sync-delay': 0 }
    const master = await startRedis({ settings })
    started.push(master)
    const replica = await startRedis({ settings: { ...settings, replicaof: `127.0.0.1 ${master.port}` } })
    started.push(replica)
    const sentinels = await startAll([0, 1, 2].map(() => startSentinel(master.port)))
    started.push(...sentinels)
    await acquaint(sentinels, replica)
    return { masterName, master, replica, sentinels, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startSentinel(masterPort: number): Promise<Service> {
  const { command, env } = await findServer('redis')
  return startService({
    name: 'sentinel',
    url: (port) => `redis://127.0.0.1:${port}`,
    program: async (folder, port) => {
      const file = join(folder, 'sentinel.conf')
      await writeFile(file, configuration(folder, port, masterPort))
      return { command, args: [file, '--sentinel'], env }
    },
    isReady: (port) => answers(port, 'PING\r\n', '+PONG'),
  })
}

function configuration(folder: string, port: number, masterPort: number): string {
  return `port ${port}
bind 127.0.0.1
dir ${folder}
sentinel monitor ${masterName} 127.0.0.1 ${masterPort} 2
sentinel down-after-milliseconds ${masterName} 500
sentinel failover-timeout ${masterName} 2000
sentinel parallel-syncs ${masterName} 1
`
}

async function acquaint(sentinels: readonly Service[], replica: Service): Promise<void> {
  await redisUntil(replica.port, ['INFO', 'replication'], /master_link_status:up/)
  const known = /num-slaves\r\n\$1\r\n1[^]*num-other-sentinels\r\n\$1\r\n2/
  await Promise.all(sentinels.map(({ port }) => redisUntil(port, ['SENTINEL', 'MASTER', masterName], known)))
}
