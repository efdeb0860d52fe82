import { randomBytes } from 'node:crypto'
import { chmod, cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { giveAway } from './give-away.ts'
import type { Service } from './service.ts'
import { type DataPlan, type StartPostgresOptions, startPostgresOn } from './start-postgres.ts'

/**
 * Starts a streaming replica of a running PostgreSQL, a hot standby: it answers reads, lags behind by a moment, and
 * becomes a primary by `select pg_promote()`.
 */
export async function startPostgresReplica(primaryUrl: string, options: StartPostgresOptions = {}): Promise<Service> {
  const client = new Client({ connectionString: primaryUrl, connectionTimeoutMillis: 10_000, query_timeout: 60_000 })
  // a server that dies meanwhile fails the query, and must not crash the process as well
  client.on('error', () => undefined)
  await client.connect()
  try {
    const ask = async (statement: string): Promise<string> => {
      const { rows } = await client.query({ text: statement, rowMode: 'array' })
      return String(rows[0]?.[0])
    }
    // the primary keeps what the replica has not read, however long it is away
    const slot = `replica_${randomBytes(8).toString('hex')}`
    await ask(`select pg_create_physical_replication_slot('${slot}', true)`)
    const follow = { primary_conninfo: connectionInfo(primaryUrl), primary_slot_name: slot }
    // how soon it asks a primary again that was away
    const settings = { ...follow, wal_retrieve_retry_interval: '50ms', ...options.settings }
    // a standby refuses to start with room for fewer connections than its primary
    const maxConnections = Number(await ask('show max_connections'))
    return await startPostgresOn((plan) => copyData(plan, ask), { ...options, maxConnections, settings })
  } finally {
    await client.end()
  }
}

/** A base backup by PostgreSQL's low-level functions, as its programs for that are not in the npm package. */
async function copyData({ folder }: DataPlan, ask: (statement: string) => Promise<string>): Promise<void> {
  const data = join(folder, 'data')
  const source = await ask('show data_directory')
  await ask(`select pg_backup_start('replica', fast => true)`)
  await cp(source, data, { recursive: true, verbatimSymlinks: true })
  const label = await ask('select labelfile from pg_backup_stop(wait_for_archive => false)')
  await writeFile(join(data, 'backup_label'), label)
  await writeFile(join(data, 'standby.signal'), '')
  await rm(join(data, 'postmaster.pid'), { force: true })
  await chmod(data, 0o700)
  const entries = await readdir(data, { recursive: true })
  await Promise.all(['', ...entries].map((entry) => giveAway(join(data, entry))))
}

function connectionInfo(url: string): string {
  const { hostname, port, username } = new URL(url)
  return `host=${hostname} port=${port} user=${username} application_name=replica`
}
