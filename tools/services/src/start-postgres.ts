import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { admits } from './answers.ts'
import { giveAway } from './give-away.ts'
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts'
import type { Certificate } from './self-signed-certificate.ts'
import type { Service } from './service.ts'
import { startService } from './start-service.ts'
import { isRoot, reachableTmpdir, unprivilegedAccount } from './unprivileged.ts'
import { writeCertificate } from './write-certificate.ts'

/** How to start PostgreSQL. */
export interface StartPostgresOptions {
  /** How many connections it takes. @default 200 */
  readonly maxConnections?: number
  /** Further server settings by their names in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Its certificate: it then speaks TLS with whoever asks for it. */
  readonly tls?: Certificate
}

/** A folder in which a server's data folder, `data`, is to be made, and what makes it. */
export interface DataPlan {
  /** The folder of the server. */
  readonly folder: string
  /** PostgreSQL's programs. */
  readonly binaries: PostgresBinaries
  /** Runs a program to its end under the server's account; throws when it fails. */
  readonly run: (command: string, args: readonly string[]) => Promise<void>
}

const environment = { LC_ALL: 'C', TZ: 'UTC' }

/** Starts a PostgreSQL 18 of its own on a free port of 127.0.0.1; user `postgres`, no password, nothing synced to disk. */
export function startPostgres(options: StartPostgresOptions = {}): Promise<Service> {
  return startPostgresOn(makeEmpty, options)
}

/** Starts a PostgreSQL on the data folder that `fill` makes. */
export function startPostgresOn(
  fill: (plan: DataPlan) => Promise<void>,
  { maxConnections = 200, settings = {}, tls }: StartPostgresOptions,
): Promise<Service> {
  const { uid, gid } = unprivilegedAccount()
  const account = isRoot() ? { uid, gid } : {}
  let binaries: PostgresBinaries | undefined

  return startService({
    name: 'postgres',
    base: reachableTmpdir(),
    open: isRoot(),
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    prepare: async (keeper) => {
      const { folder } = keeper
      binaries = await postgresBinaries(folder)
      const run = async (command: string, args: readonly string[]): Promise<void> => {
        const { code, output } = await keeper.run({ command, args, env: environment, ...account })
        if (code !== 0) throw new Error(`Cannot start postgres as its data folder could not be made: ${output}`)
      }
      await fill({ folder, binaries, run })
      if (tls !== undefined) await writeCertificate(folder, tls)
    },
    program: async (folder, port) => {
      const all = { ...quickSettings(port, maxConnections), ...(tls && tlsSettings(folder)), ...settings }
      return {
        command: binaries?.postgres ?? '',
        args: ['-D', join(folder, 'data'), ...toArguments(all)],
        env: environment,
        // a fast shutdown: clients are told and cut off, rather than waited for
        stopSignal: 'SIGINT',
        ...account,
      }
    },
    isReady: (port) => admits(port, 'postgres'),
  })
}

async function makeEmpty({ folder, binaries, run }: DataPlan): Promise<void> {
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  await giveAway(data)
  const how = '--auth=trust --username=postgres --encoding=UTF8 --locale=C --no-sync --no-instructions'
  await run(binaries.initdb, ['--pgdata', data, ...how.split(' ')])
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

function tlsSettings(folder: string): Record<string, string> {
  return { ssl: 'on', ssl_cert_file: join(folder, 'tls.crt'), ssl_key_file: join(folder, 'tls.key') }
}

function toArguments(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
