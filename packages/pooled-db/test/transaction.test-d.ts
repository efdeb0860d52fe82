import type { Kysely, Transaction } from 'kysely'
import type { Pool as PgPool } from 'pg'
import { drizzle } from 'drizzle-orm/node-postgres'
import { expectTypeOf, test } from 'vitest'
import {
  atomicRequests,
  closeOnSignal,
  createDatabase,
  createPool,
  currentDatabase,
  type DatabaseOptions,
  fromEnv,
  type PoolOptions,
  transaction,
} from '../src/index.ts'

interface Tables {
  book: { id: number; title: string }
}

const database = createDatabase<Tables>(fromEnv({ DATABASE_URL: 'postgres://localhost/shop' }))

test('a transaction knows the tables of its database, and what its function returns', () => {
  const answer = transaction(database, async (trx) => {
    expectTypeOf(trx).toEqualTypeOf<Transaction<Tables>>()
    return trx.selectFrom('book').select('title').execute()
  })
  expectTypeOf(answer).resolves.toEqualTypeOf<{ title: string }[]>()
  expectTypeOf(currentDatabase(database)).toEqualTypeOf<Kysely<Tables>>()
  expectTypeOf(database.replica).toEqualTypeOf<Kysely<Tables>>()
  // @ts-expect-error - an isolation that PostgreSQL does not have
  void transaction(database, async () => 1, { isolation: 'snapshot' })
})

test('a handler that is made atomic takes and returns what it did', () => {
  const handler = atomicRequests(database)((id: number, title: string) => ({ id, title }))
  expectTypeOf(handler).toEqualTypeOf<(id: number, title: string) => Promise<{ id: number; title: string }>>()
})

test('options from the environment fit pools and databases, and both can be closed on a signal', () => {
  const options = fromEnv()
  expectTypeOf(options).toExtend<PoolOptions>()
  expectTypeOf(options).toExtend<DatabaseOptions>()
  closeOnSignal(createPool(options))
  closeOnSignal(database)
  drizzle({ client: createPool(options) as unknown as PgPool })
  // @ts-expect-error - a pool has no replicas
  createPool({ ...options, replicas: [] })
})
