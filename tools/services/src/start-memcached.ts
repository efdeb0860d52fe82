import { answers } from './answers.ts'
import { findServer } from './find-server.ts'
import type { Service } from './service.ts'
import { startService } from './start-service.ts'
import { isRoot, unprivilegedAccount } from './unprivileged.ts'

/** How to start Memcached. */
export interface StartMemcachedOptions {
  /** How much memory it takes for values, in megabytes. @default 64 */
  readonly maxMegabytes?: number
}

/**
 * Starts a Memcached on a free port of 127.0.0.1.
 *
 * @throws MissingServerError when there is no Memcached and no way to get it
 */
export async function startMemcached({ maxMegabytes = 64 }: StartMemcachedOptions = {}): Promise<Service> {
  const { command, env } = await findServer('memcached')
  const account = isRoot() ? ['-u', unprivilegedAccount().user] : []
  return startService({
    name: 'memcached',
    url: (port) => `memcached://127.0.0.1:${port}`,
    program: async (_folder, port) => ({
      command,
      args: ['-l', '127.0.0.1', '-p', String(port), '-U', '0', '-m', String(maxMegabytes), ...account],
      env,
    }),
    isReady: (port) => answers(port, 'version\r\n', 'VERSION'),
  })
}
