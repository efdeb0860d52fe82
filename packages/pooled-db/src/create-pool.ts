import { checkOptions, integer, milliseconds } from '@seawall/options'
import { BorrowedClient, type Lending } from './borrowed-client.ts'
import { areCallersObserved, traceAcquire } from './channels.ts'
import { checkTimeout } from './check-timeout.ts'
import type { Connection } from './connection.ts'
import { warnIfHeld } from './held-connection.ts'
import { Lender } from './lender.ts'
import { poolSettings, type PoolOptions, type PoolSettings } from './options.ts'
import type { CloseOptions, ConnectOptions, Pool, PooledClient, QueryConfig, QueryOptions } from './pool.ts'
import type { PoolStats } from './pool-stats.ts'
import type { QueryResult } from './query-result.ts'
import { PoolTask } from './pool-task.ts'
import { QueryReader } from './query-parts.ts'
import { tracedToCaller } from './traced-to-caller.ts'

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

const noOptions = {}

/** A pool's face: what callers see of the lender. */
export class ConnectionPool implements Pool {
  readonly options = Object.freeze({})
  readonly #lender: Lender
  readonly #settings: PoolSettings
  readonly #lending: Lending
  readonly #errorListeners: ((error: Error) => void)[] = []
  /** Settled when the pool is closed; there from the first call of `close()`. */
  #closing: Promise<void> | undefined

  constructor(settings: PoolSettings) {
    this.#settings = settings
    this.#lender = new Lender(settings, (error) => {
      for (const listen of this.#errorListeners) listen(error)
    })
    this.#lending = {
      reader: new QueryReader(settings),
      queryTimeoutMs: settings.queryTimeoutMs,
      takeBack: (connection, isUnwanted) => this.#lender.takeBack(connection, isUnwanted),
    }
  }

  get totalCount(): number {
    return this.stats().total
  }

  get idleCount(): number {
    return this.stats().idle
  }

  get waitingCount(): number {
    return this.stats().waiting
  }

  async query<Row = Record<string, unknown>>(
    query: string | QueryConfig,
    values?: readonly unknown[],
    options: QueryOptions = noOptions,
  ): Promise<QueryResult<Row>> {
    try {
      return (await this.run(query, values, options)) as QueryResult<Row>
    } catch (error) {
      throw tracedToCaller(error)
    }
  }

  /** Does what `query` does, in fewer promises: its errors have no useful stack. */
  run(
    query: string | QueryConfig,
    values: readonly unknown[] | undefined,
    options: QueryOptions = noOptions,
  ): Promise<QueryResult> {
    warnIfHeld(this)
    // What subscribers see has to happen in the caller's context, while he waits as well: his promises carry it.
    return areCallersObserved() ? this.#runObserved(query, values, options) : this.#runAtOnce(query, values, options)
  }

  connect(options?: ConnectOptions): Promise<PooledClient> {
    warnIfHeld(this)
    const connection = options || areCallersObserved() ? undefined : this.#lender.take(performance.now())
    // One promise and no more, as long as nobody has to wait.
    if (connection) return Promise.resolve(this.#toClient(connection))
    return this.#borrow(options).then((borrowed) => this.#toClient(borrowed))
  }

  async warmUp(count: number = this.#settings.max): Promise<void> {
    checkOptions('warm a pool up', { count }, { count: integer({ min: 0, max: this.#settings.max }) })
    const attempts = await Promise.allSettled(Array.from({ length: count }, () => this.connect()))
    for (const attempt of attempts) if (attempt.status === 'fulfilled') attempt.value.release()
    const failed = attempts.find((attempt) => attempt.status === 'rejected')
    if (failed) throw failed.reason
  }

  reset(): void {
    this.#lender.reset()
  }

  end(): Promise<void> {
    return this.close()
  }

  async close(options: CloseOptions = noOptions): Promise<void> {
    checkOptions('close a pool', options, { graceMs: milliseconds() })
    const { graceMs = 10_000 } = options
    return (this.#closing ??= this.#lender.close(graceMs))
  }

  stats(): PoolStats {
    return this.#lender.stats()
  }

  on(event: 'error', listener: (error: Error) => void): this {
    if (event === 'error') this.#errorListeners.push(listener)
    return this
  }

  #runAtOnce(
    query: string | QueryConfig,
    values: readonly unknown[] | undefined,
    options: QueryOptions,
  ): Promise<QueryResult> {
    const refusal = this.#lender.refusal()
    if (refusal) return Promise.reject(refusal)
    const parts = this.#lending.reader.read(query, values, options)
    return new Promise((resolve, reject) => {
      new PoolTask(this.#lender, parts, this.#settings, options, resolve, reject).start()
    })
  }

  async #runObserved(
    query: string | QueryConfig,
    values: readonly unknown[] | undefined,
    options: QueryOptions,
  ): Promise<QueryResult> {
    const client = new BorrowedClient(await this.#borrow(), this.#lending)
    try {
      return await client.query(query, values, options)
    } finally {
      client.release()
    }
  }

  async #borrow({
    signal,
    timeoutMs = this.#settings.acquireTimeoutMs,
  }: ConnectOptions = noOptions): Promise<Connection> {
    checkTimeout(timeoutMs)
    return traceAcquire(
      () => this.stats(),
      () => this.#lender.lend(timeoutMs, signal),
    )
  }

  #toClient(connection: Connection): PooledClient {
    this.#lender.noteBorrower(connection)
    return new BorrowedClient(connection, this.#lending)
  }
}
