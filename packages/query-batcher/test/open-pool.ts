import { Pool, type PoolConfig } from 'pg'

/** A pool whose connections may be cut off, by a test or with the database at its end, without harm to the process. */
export function openPool(connectionString: string, settings: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString, connectionTimeoutMillis: 10_000, ...settings })
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', () => undefined)
  return pool
}
