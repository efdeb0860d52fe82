import { createDatabase } from '@seawall/services'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { postgresTier } from '../src/postgres.ts'
import { tierConformance } from './tier-conformance.ts'

const database = await createDatabase(inject('postgresUrl'))
const pool = new pg.Pool({ connectionString: database.url, max: 8 })
afterAll(async () => {
  await pool.end()
  await database.drop()
})
await Promise.all(Array.from({ length: 4 }, () => postgresTier(pool).createTable()))

tierConformance('postgresTier', () => postgresTier(pool))
