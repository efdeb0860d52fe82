import { startPostgres } from '@seawall/services'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { postgresTier } from '../src/postgres.ts'
import { entryOf, openIn, textIn } from './tier-conformance.ts'
import { tierFailures } from './tier-failures.ts'

const service = await startPostgres()
const pool = new pg.Pool({
  connectionString: service.url,
  max: 10,
  connectionTimeoutMillis: 1_000,
  query_timeout: 2_000,
})
pool.on('error', () => undefined)
afterAll(async () => {
  await pool.end()
  await service.stop()
})
await postgresTier(pool).createTable()

tierFailures('postgres', { service, create: (options) => postgresTier(pool, options) })

test('a connection that the server ends is replaced', async () => {
  const store = openIn(postgresTier(pool))
  await store.write([{ key: 'k', entry: entryOf('value') }])
  await pool.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
  await expect.poll(() => textIn(store, 'k').catch(String), { timeout: 5_000 }).toBe('value')
  await store.close()
})

test('a table that is missing rejects, and the error says so', async () => {
  const store = openIn(postgresTier(pool, { table: 'nowhere' }))
  await expect(store.read(['k'])).rejects.toThrow('"nowhere" does not exist')
  await store.close()
})
