import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { findServer } from './find-server.ts'
import type { Service } from './service.ts'
import { startService } from './start-service.ts'
import { isRoot, unprivilegedAccount } from './unprivileged.ts'

/**
 * Starts an nginx with TLS on a free port of 127.0.0.1.
 *
 * @param configure - Writes what its configuration names into the folder, and returns the contents of its `http` block.
 * @throws MissingServerError when there is no nginx and no way to get it
 */
export async function startNginx(configure: (folder: string, port: number) => Promise<string>): Promise<Service> {
  const { command, env } = await findServer('nginx')
  return startService({
    name: 'nginx',
    open: true,
    url: (port) => `https://127.0.0.1:${port}`,
    program: async (folder, port) => {
      const file = join(folder, 'nginx.conf')
      await writeFile(file, wholeConfiguration(folder, await configure(folder, port)))
      return { command, args: ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], env }
    },
    isReady: listens,
  })
}

function wholeConfiguration(folder: string, http: string): string {
  const { user, group } = unprivilegedAccount()
  const account = isRoot() ? [`user ${user} ${group};`] : []
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, `${name}_temp`)};`,
  )
  return [
    'daemon off;',
    'worker_processes 1;',
    `pid ${join(folder, 'nginx.pid')};`,
    ...account,
    'events { worker_connections 1024; }',
    'http {',
    'access_log off;',
    ...temporary,
    http,
    '}',
    '',
  ].join('\n')
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => conclude(true))
    const conclude = (verdict: boolean): void => {
      socket.destroy()
      resolve(verdict)
    }
    socket.setTimeout(1000, () => conclude(false))
    socket.once('error', () => conclude(false))
  })
}
