import { answers } from './answers.ts'
import { MissingServerError } from './errors.ts'
import { findServer } from './find-server.ts'
import type { Service } from './service.ts'
import { startService } from './start-service.ts'

/** How to start Redis. */
export interface StartRedisOptions {
  /** Further server settings by their names in redis.conf. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/**
 * Starts a Redis without persistence on a free port of 127.0.0.1.
 *
 * @throws MissingServerError when there is no Redis and no way to get it
 */
export async function startRedis({ settings = {} }: StartRedisOptions = {}): Promise<Service> {
  const { command, env } = await findServer('redis')
  return startService({
    name: 'redis',
    url: (port) => `redis://127.0.0.1:${port}`,
    program: async (folder, port) => {
      const own = { port, bind: '127.0.0.1', save: '', appendonly: 'no', daemonize: 'no', dir: folder }
      const args = Object.entries({ ...own, ...settings }).flatMap(([name, value]) => [`--${name}`, String(value)])
      return { command, args, env }
    },
    isReady: (port) => answers(port, 'PING\r\n', '+PONG'),
  })
}

/** Starts a Redis, or resolves to undefined when there is none and no way to get it. */
export async function startRedisIfAny(options: StartRedisOptions = {}): Promise<Service | undefined> {
  try {
    return await startRedis(options)
  } catch (error) {
    if (error instanceof MissingServerError) return undefined
    throw error
  }
}
