import { createDatabase } from '@seawall/services'
import { afterAll, inject } from 'vitest'
import { postgresTier } from '../src/postgres.ts'
import { poolOn } from './pool-on.ts'
import { tierConformance } from './tier-conformance.ts'

const database = await createDatabase(inject('postgresUrl'))
const pool = poolOn(database.url)
afterAll(async () => {
  await pool.end()
  await database.drop()
})
await Promise.all(Array.from({ length: 4 }, () => postgresTier(pool).createTable()))

tierConformance('postgresTier', () => postgresTier(pool))
