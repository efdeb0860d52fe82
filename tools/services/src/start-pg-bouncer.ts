import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { admits } from './answers.ts'
import { findServer } from './find-server.ts'
import type { Service } from './service.ts'
import { startService } from './start-service.ts'
import { isRoot, reachableTmpdir, unprivilegedAccount } from './unprivileged.ts'

/** How to start PgBouncer. */
export interface StartPgBouncerOptions {
  /** When a server connection goes back to the pool. @default 'transaction' */
  readonly poolMode?: 'session' | 'transaction' | 'statement'
  /** How many connections to PostgreSQL it holds for each database. @default 10 */
  readonly poolSize?: number
  /** Further settings by their names in pgbouncer.ini. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/**
 * Starts a PgBouncer before every database of a PostgreSQL; user `postgres`, no password. Its own console is the
 * database `pgbouncer`.
 *
 * @throws MissingServerError when there is no PgBouncer and no way to get it
 */
export async function startPgBouncer(postgresUrl: string, options: StartPgBouncerOptions = {}): Promise<Service> {
  const { poolMode = 'transaction', poolSize = 10, settings = {} } = options
  const { command, env } = await findServer('pgbouncer')
  const { hostname, port: serverPort, pathname } = new URL(postgresUrl)
  return startService({
    name: 'pgbouncer',
    base: reachableTmpdir(),
    open: true,
    url: (port) => `postgres://postgres@127.0.0.1:${port}${pathname}`,
    program: async (folder, port) => {
      const users = join(folder, 'users')
      const own = { ...settingsFor(port, users), pool_mode: poolMode, default_pool_size: poolSize }
      const lines = Object.entries({ ...own, ...settings }).map(([name, value]) => `${name} = ${value}`)
      const databases = ['[databases]', `* = host=${hostname} port=${serverPort || 5432}`]
      const file = join(folder, 'pgbouncer.ini')
      await writeFile(users, '"postgres" ""\n')
      await writeFile(file, [...databases, '[pgbouncer]', ...lines, ''].join('\n'))
      return { command, args: [file], env }
    },
    isReady: (port) => admits(port, 'pgbouncer'),
  })
}

function settingsFor(port: number, users: string): Record<string, string | number> {
  return {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: users,
    admin_users: 'postgres',
    max_client_conn: 500,
    ignore_startup_parameters: 'extra_float_digits',
    ...(isRoot() ? { user: unprivilegedAccount().user } : {}),
  }
}
