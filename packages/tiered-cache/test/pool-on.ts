import pg from 'pg'

/**
 * A pool on a database that is dropped in the end. `pool.end()` does not wait until its clients are gone, and what is left
 * of them is told so by an error that nobody listens to any more.
 */
export function poolOn(url: string, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 8, ...options })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}
