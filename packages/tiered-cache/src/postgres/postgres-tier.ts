import { checkOptions, milliseconds, type Rules } from '@seawall/options'
import { sharedTierRules, toTierLimits, type SharedTierOptions } from '../tier-limits.ts'
import type { SharedTier, TierContext } from '../tier.ts'
import { createToken } from '../token.ts'
import { encodeInvalidation, tellWithin, type Invalidation } from './invalidation.ts'
import { PostgresBonds } from './postgres-bonds.ts'
import { PostgresKeys } from './postgres-keys.ts'
import { PostgresNews } from './postgres-news.ts'
import { checkQueryable, type PostgresQueryable } from './postgres-pool.ts'
import { PostgresReader } from './postgres-reader.ts'
import { statementsOn, type Statements } from './postgres-sql.ts'
import { PostgresStore } from './postgres-store.ts'
import { createTableSql, tableRule } from './postgres-table.ts'
import { startPruning } from './pruning.ts'

/** Options of `postgresTier`. */
export interface PostgresTierOptions extends SharedTierOptions {
  /**
   * The table, with its schema before a dot or without.
   *
   * @default 'seawall_cache'
   */
  readonly table?: string
  /**
   * How often this process removes rows that are over, in milliseconds.
   *
   * @default 60_000
   */
  readonly pruneMs?: number
}

/** A tier in PostgreSQL. */
export interface PostgresTier extends SharedTier {
  /** The statement that creates the table, for your migrations. */
  readonly tableSql: string
  /** Creates the table where it is missing. */
  createTable(): Promise<void>
  /**
   * Invalidates in a transaction of yours: others see it with the commit, and nothing has happened after a rollback. Until
   * then nobody stores what is loaded for these keys. With `pgNotify` it also reaches the memory of every process. Until
   * the commit other transactions that invalidate the same keys or tags wait.
   *
   * @param client - The client that has begun the transaction.
   * @throws TypeError or RangeError for bad options or a bad key.
   */
  invalidateWithin(client: PostgresQueryable, invalidation: Invalidation): Promise<void>
}

const rules: Rules<PostgresTierOptions> = {
  ...sharedTierRules,
  table: tableRule,
  pruneMs: milliseconds({ min: 100 }),
}

/** A row of more than that would cost the database more than it saves. */
const maxPayloadBytes = 16 * 1024 * 1024

/**
 * A tier in a table of PostgreSQL 13 or later, shared by all processes with the same namespace. It needs no service beside
 * the database, and entries can be invalidated in the transaction that changes what they were made of. The table is not
 * logged, so a crash empties it. Cached reads still are the database's work.
 *
 * @param pool - A `pg.Pool`, or whatever has its `query(text, values)`. It stays the application's.
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import pg from 'pg'
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 * import { postgresTier } from '@seawall/tiered-cache/postgres'
 *
 * const tier = postgresTier(new pg.Pool())
 * await tier.createTable()
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 }), tier] })
 * ```
 */
export function postgresTier(pool: PostgresQueryable, options: PostgresTierOptions = {}): PostgresTier {
  checkQueryable('create a PostgreSQL tier', pool)
  checkOptions('create a PostgreSQL tier', options, rules)
  const { table = 'seawall_cache', pruneMs = 60_000 } = options
  const statements = statementsOn(table)
  const tableSql = createTableSql(table)
  return {
    kind: 'shared',
    name: 'postgres',
    limits: toTierLimits(options),
    ttlMs: options.ttlMs,
    maxBatch: 512,
    maxPayloadBytes,
    tableSql,
    open: (context) => openStore(pool, statements, context, pruneMs),
    createTable: async () => {
      await pool.query(tableSql, [])
    },
    invalidateWithin: (client, invalidation) => invalidateWithin(client, statements, invalidation),
  }
}

function openStore(
  pool: PostgresQueryable,
  statements: Statements,
  { namespace, announcement }: TierContext,
  pruneMs: number,
): PostgresStore {
  const keys = new PostgresKeys(namespace)
  const parts = {
    pool,
    keys,
    statements,
    bonds: new PostgresBonds(pool, keys, statements),
    reader: new PostgresReader(pool, keys, statements),
    news: new PostgresNews(pool, keys, announcement),
  }
  return new PostgresStore(parts, startPruning(pool, statements, pruneMs))
}

async function invalidateWithin(
  client: PostgresQueryable,
  statements: Statements,
  invalidation: Invalidation,
): Promise<void> {
  checkQueryable('invalidate in a transaction', client)
  const encoded = encodeInvalidation(invalidation)
  const { names, keys, tags } = encoded
  const rows = keys.map((key) => names.entry(key))
  const tagRows = tags.map((tag) => names.tag(tag))
  const { rows: free } = await client.query(statements.freeEpoch, [names.epochs])
  const [epoch = { key: names.epochs[0] }] = free as { key: Buffer | undefined }[]
  const lockable = free.length === 0 ? [...tagRows, epoch.key] : tagRows
  await client.query(statements.lockKeys, [[...rows, ...lockable]])
  if (rows.length > 0) await client.query(statements.delete, [rows])
  if (tagRows.length > 0) await client.query(statements.setVersions, [[...tagRows, epoch.key], createToken()])
  await tellWithin(client, encoded)
}
