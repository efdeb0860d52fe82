import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

/** A database for one group of tests. */
export interface TestDatabase {
  /** Its URL. */
  readonly url: string
  /** Cuts off whoever is connected, and removes it. */
  readonly drop: () => Promise<void>
}

/**
 * Makes a database with a name of its own.
 *
 * @param server - The URL of a database on the same server.
 * @param options - `template`: the database to copy, to which nobody may be connected.
 */
export async function createDatabase(
  server: string,
  { template = 'template1' }: { readonly template?: string } = {},
): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await execute(server, `create database ${name} template "${template}"`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => execute(server, `drop database if exists ${name} with (force)`) }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(statement)
  } finally {
    await client.end()
  }
}
