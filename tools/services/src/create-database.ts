import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

/** How to make a database. */
export interface CreateDatabaseOptions {
  /** The database to copy, to which nobody may be connected; an empty one by default. */
  readonly template?: string
}

/** A database for one test file. */
export interface TestDatabase {
  /** Where clients find it. */
  readonly url: string
  /** Cuts off whoever is connected, and removes it. */
  readonly drop: () => Promise<void>
}

/** Makes a database with a name of its own on a running server. */
export async function createDatabase(
  serverUrl: string,
  { template = 'template1' }: CreateDatabaseOptions = {},
): Promise<TestDatabase> {
  const name = `seawall_${randomBytes(8).toString('hex')}`
  await query(serverUrl, `CREATE DATABASE ${name} TEMPLATE "${template.replaceAll('"', '""')}"`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => query(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

async function query(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, query_timeout: 30_000 })
  // a server that dies meanwhile fails the query, and must not crash the process as well
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(statement)
  } finally {
    await client.end()
  }
}
