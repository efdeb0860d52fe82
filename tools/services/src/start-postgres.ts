import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { admits } from './answers.ts'
import type { Keeper } from './create-keeper.ts'
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts'
import type { Service } from './service.ts'
import { startService } from './start-service.ts'
import { isRoot, reachableTmpdir, unprivilegedAccount } from './unprivileged.ts'

/** How to start PostgreSQL. */
export interface StartPostgresOptions {
  /** How many connections it takes. @default 200 */
  readonly maxConnections?: number
  /** Further server settings by their names in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string | number>>
}

const environment = { LC_ALL: 'C', TZ: 'UTC' }

/** Starts a PostgreSQL 18 of its own on a free port of 127.0.0.1; user `postgres`, no password, nothing synced to disk. */
export async function startPostgres({
  maxConnections = 200,
  settings = {},
}: StartPostgresOptions = {}): Promise<Service> {
  const { uid, gid } = unprivilegedAccount()
  const account = isRoot() ? { uid, gid } : {}
  let binaries: PostgresBinaries | undefined

  async function prepare(keeper: Keeper): Promise<void> {
    binaries = await postgresBinaries(keeper.folder)
    const data = join(keeper.folder, 'data')
    await mkdir(data, { mode: 0o700 })
    if (isRoot()) await chown(data, uid, gid)
    const args = [
      '--auth=trust',
      '--username=postgres',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ]
    const initdb = { command: binaries.initdb, args: ['--pgdata', data, ...args], env: environment, ...account }
    const { code, output } = await keeper.run(initdb)
    if (code !== 0) throw new Error(`Cannot start postgres as initdb failed: ${output}`)
  }

  return startService({
    name: 'postgres',
    base: reachableTmpdir(),
    open: isRoot(),
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    prepare,
    program: async (folder, port) => ({
      command: binaries?.postgres ?? '',
      args: ['-D', join(folder, 'data'), ...toArguments({ ...quickSettings(port, maxConnections), ...settings })],
      env: environment,
      // a fast shutdown: clients are told and cut off, rather than waited for
      stopSignal: 'SIGINT',
      ...account,
    }),
    isReady: (port) => admits(port, 'postgres'),
  })
}

/**
 * Durability against a crash of the machine is given up for speed. A crash of the server must lose nothing, so commits
 * stay synchronous: what they wrote is with the kernel then.
 */
function quickSettings(port: number, maxConnections: number): Record<string, string | number> {
  return {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: maxConnections,
    fsync: 'off',
    full_page_writes: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
  }
}

function toArguments(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
