/*
 * `node dev/postgres-process.ts`: an empty PostgreSQL on a free port of this machine, for as long as standard input stays
 * open. Writes its URL when it is ready.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { accountForPostgres, temporaryFolder } from './account-for-postgres.ts'
import { preparePostgres, type Postgres } from './prepare-postgres.ts'

const env = { LC_ALL: 'C', TZ: 'UTC' }
const account = accountForPostgres()
const folder = mkdtempSync(join(temporaryFolder(), 'postgres-'))
const asked = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  process.stdin.once('close', () => resolve()).resume()
})

try {
  if (account !== undefined) chownSync(folder, account.uid, account.gid)
  const postgres = await preparePostgres(folder)
  const password = randomBytes(16).toString('hex')
  makeData(postgres, password)
  const port = await freePort()
  const server = startServer(postgres, port)
  const ended = new Promise((resolve) => server.once('close', resolve))
  await ready(server)
  console.log(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`)
  await Promise.race([asked, ended])
  // a fast shutdown: clients are cut off rather than waited for
  server.kill('SIGINT')
  await ended
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
  process.stdin.destroy()
}

function makeData({ initdb }: Postgres, password: string): void {
  const file = join(folder, 'password')
  writeFileSync(file, password, { mode: 0o600 })
  if (account !== undefined) chownSync(file, account.uid, account.gid)
  const how = '--username=postgres --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --no-instructions'
  const args = [`--pgdata=${join(folder, 'data')}`, `--pwfile=${file}`, ...how.split(' ')]
  execFileSync(initdb, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'], ...account })
}

/** Nothing here must survive a crash of the machine, so nothing waits for the disk. */
function startServer({ postgres }: Postgres, port: number): ChildProcess {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    fsync: 'off',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const stdio = ['ignore', 'ignore', 'pipe'] as const
  return spawn(postgres, ['-D', join(folder, 'data'), ...args], { cwd: folder, env, stdio: [...stdio], ...account })
}

async function ready(server: ChildProcess): Promise<void> {
  if (server.stderr === null) throw new Error('Cannot read what PostgreSQL writes')
  const lines = createInterface(server.stderr)
  let written = ''
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('close', () => reject(new Error(`PostgreSQL ended at once:\n${written}`)))
    lines.on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve()
      // its first lines say why it does not start; more of them would only grow
      if (written.length < 10_000) written += `${line}\n`
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
