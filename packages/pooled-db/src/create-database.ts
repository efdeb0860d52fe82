import { Kysely, PostgresDialect } from 'kysely'
import { ConnectionPool } from './create-pool.ts'
import { controlClientFor } from './control-client.ts'
import { poolSettings, type PoolOptions, type PoolSettings } from './options.ts'
import type { Pool } from './pool.ts'

/** A Kysely instance with the pool that it runs on. `destroy()` closes both. */
export type Database<DB> = Kysely<DB> & {
  /** The pool under the instance: for its `stats()`, and for statements that Kysely is not needed for. */
  readonly pool: Pool
}

/**
 * Creates a Kysely instance over a pool.
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
export function createDatabase<DB>(options: PoolOptions): Database<DB> {
  return new PooledKysely<DB>(poolSettings(options))
}

class PooledKysely<DB> extends Kysely<DB> {
  readonly pool: Pool

  constructor(settings: PoolSettings) {
    const pool = new ConnectionPool(settings)
    super({ dialect: new PostgresDialect({ pool, controlClient: controlClientFor(settings) }) })
    this.pool = pool
  }

  // Kysely closes only a pool that it has used itself.
  override async destroy(): Promise<void> {
    await super.destroy()
    await this.pool.end()
  }
}
