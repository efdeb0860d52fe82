import { checkOptions, milliseconds } from '@seawall/options'
import { BorrowedClient } from './borrowed-client.ts'
import { traceAcquire } from './channels.ts'
import type { Connection } from './connection.ts'
import { Lender } from './lender.ts'
import { poolSettings, type PoolOptions, type PoolSettings } from './options.ts'
import type { CloseOptions, Pool, PooledClient, PoolStats, QueryResult } from './pool.ts'

/**
 * Creates a pool. Connections are opened when they are needed.
 *
 * @throws TypeError or RangeError for a bad option.
 * @example
 * ```ts
 * import { createPool } from '@seawall/pooled-db'
 *
 * const pool = createPool({ connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost/shop' })
 * const { rows } = await pool.query('select id, title from book where id = $1', [7])
 * await pool.close()
 * ```
 */
export function createPool(options: PoolOptions): Pool {
  return new ConnectionPool(poolSettings(options))
}

/** A pool's face: what borrowers see of the lender. */
export class ConnectionPool implements Pool {
  readonly options = Object.freeze({})
  readonly #lender: Lender
  readonly #queryTimeoutMs: number
  /** Settled when the pool is closed; there from the first call of `close()`. */
  #closing: Promise<void> | undefined

  constructor(settings: PoolSettings) {
    this.#lender = new Lender(settings)
    this.#queryTimeoutMs = settings.queryTimeoutMs
  }

  async query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<QueryResult<Row>> {
    const client = await this.connect()
    try {
      return await client.query<Row>(sql, parameters)
    } finally {
      client.release()
    }
  }

  connect(): Promise<PooledClient> {
    return traceAcquire(
      () => this.stats(),
      async () => new BorrowedClient(await this.#lender.lend(), this.#queryTimeoutMs, this.#takeBack),
    )
  }

  end(): Promise<void> {
    return this.close()
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkOptions('close a pool', options, { timeoutMs: milliseconds() })
    const { timeoutMs = 10_000 } = options
    return (this.#closing ??= this.#lender.close(timeoutMs))
  }

  stats(): PoolStats {
    return this.#lender.stats()
  }

  readonly #takeBack = (connection: Connection, destroy: boolean): void => this.#lender.takeBack(connection, destroy)
}
