import { checkOptions, fn } from '@seawall/options'
import { type Dialect, Kysely, PostgresDialect, type PostgresCursorConstructor, type TransactionBuilder } from 'kysely'
import { ConnectionPool } from './create-pool.ts'
import { PooledDriver } from './kysely-driver.ts'
import { PooledExecutor } from './kysely-executor.ts'
import { poolSettings, type PoolOptions } from './options.ts'
import type { Pool } from './pool.ts'
import { type DatabaseOptions, splitOptions } from './replica-options.ts'
import { type PooledServer, type ReplicaLag, ReplicatedKysely } from './replicated-database.ts'
import { holdingBuilder } from './transaction-builder.ts'

/** A Kysely instance with the pool that it runs on. `destroy()` closes both. */
export type Database<DB> = Kysely<DB> & {
  /** The pool under the instance: for its `stats()`, and for statements that Kysely is not needed for. */
  readonly pool: Pool
  /** The same tables, where every statement goes to the primary; the database itself when there are no replicas. */
  readonly primary: Kysely<DB>
  /** The same tables, where every statement and transaction goes to a replica; the database itself when there are none. */
  readonly replica: Kysely<DB>
  /** The pools of the replicas. */
  readonly replicaPools: readonly Pool[]
  /** How far each replica is behind the primary, and whether it is read from. */
  replicaLags(): readonly ReplicaLag[]
}

/**
 * Creates a Kysely instance over a pool, and over replicas where there are some.
 *
 * @throws TypeError or RangeError for a bad option.
 * @example
 * ```ts
 * import { createDatabase } from '@seawall/pooled-db'
 *
 * interface Tables {
 *   book: { id: number; title: string }
 * }
 * const db = createDatabase<Tables>({ connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost/shop' })
 * const books = await db.selectFrom('book').select(['id', 'title']).execute()
 * await db.destroy()
 * ```
 */
export function createDatabase<DB>({ cursor, ...options }: DatabaseOptions): Database<DB> {
  checkOptions('create a database', { cursor }, { cursor: fn() })
  const split = splitOptions(options)
  // All of them are checked before the first connects.
  for (const replica of split.replicas) poolSettings(replica)
  if (split.replicas.length > 0)
    return new ReplicatedKysely<DB>(split, (one, isReplica) => connect(one, cursor, isReplica))
  return new PooledKysely<DB>(connect(split.pool, cursor))
}

/** A Kysely instance over one pool. */
class PooledKysely<DB> extends Kysely<DB> {
  readonly pool: Pool
  readonly primary: Kysely<DB> = this
  readonly replica: Kysely<DB> = this
  readonly replicaPools: readonly Pool[] = []

  constructor({ pool, dialect }: Connected) {
    const executor = new PooledExecutor(new Kysely<DB>({ dialect }).getExecutor(), pool)
    super({ config: { dialect }, dialect, driver: dialect.createDriver(), executor })
    this.pool = pool
  }

  replicaLags(): readonly ReplicaLag[] {
    return []
  }

  override transaction(): TransactionBuilder<DB> {
    return holdingBuilder(super.transaction(), this.pool)
  }
}

interface Connected extends PooledServer {
  readonly pool: ConnectionPool
}

function connect(options: PoolOptions, cursor: PostgresCursorConstructor | undefined, isReplica = false): Connected {
  // What the environment wants of the server, `primary` for one, is meant for the primary.
  const env = isReplica ? { ...process.env, PGTARGETSESSIONATTRS: undefined } : process.env
  const settings = poolSettings(options, env)
  const pool = new ConnectionPool(isReplica ? { ...settings, isForWrites: false } : settings)
  const postgres = new PostgresDialect({ pool })
  const driver = new PooledDriver(pool, cursor)
  const dialect: Dialect = {
    createDriver: () => driver,
    createQueryCompiler: () => postgres.createQueryCompiler(),
    createAdapter: () => postgres.createAdapter(),
    createIntrospector: (db) => postgres.createIntrospector(db),
  }
  return { pool, dialect }
}
