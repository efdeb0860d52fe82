import {
  type AbortableOperationOptions,
  CompiledQuery,
  type DatabaseConnection,
  type PostgresCursorConstructor,
  PostgresDriver,
  type QueryResult as KyselyResult,
} from 'kysely'
import type { Pool, PooledClient, QueryOptions, Submittable } from './pool.ts'
import type { QueryResult } from './query-result.ts'

/** Kysely's driver on a pool: for transactions, streams, and whatever else needs one connection for several statements. */
export class PooledDriver extends PostgresDriver {
  readonly #pool: Pool
  readonly #cursor: PostgresCursorConstructor | undefined

  constructor(pool: Pool, cursor: PostgresCursorConstructor | undefined) {
    super({ pool })
    this.#pool = pool
    this.#cursor = cursor
  }

  override async init(): Promise<void> {}

  override async acquireConnection(options?: AbortableOperationOptions): Promise<PooledConnection> {
    const client = await this.#pool.connect(options?.signal && { signal: options.signal })
    return new PooledConnection(client, this.#cursor)
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    ;(connection as PooledConnection).release()
  }

  /** The server answers the commit of a transaction that has failed by a rollback, and Kysely 0.28 takes that for success. */
  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const tags: unknown[] = []
    const watched: Pick<DatabaseConnection, 'executeQuery'> = {
      executeQuery: async <R>(compiled: CompiledQuery) => {
        const result = await connection.executeQuery<R>(compiled)
        tags.push(...result.rows.map((row) => (row as { readonly command?: string }).command))
        return result
      },
    }
    await super.commitTransaction(watched as DatabaseConnection)
    if (tags.includes('ROLLBACK'))
      throw new Error('Cannot commit the transaction as a statement in it has failed: it was rolled back')
  }

  /** When it fails the connection is lost or cut, and the pool finds that at the release. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  override async destroy(): Promise<void> {
    await this.#pool.end()
  }
}

/** One borrowed connection, as Kysely sees it. */
export class PooledConnection implements DatabaseConnection {
  readonly #client: PooledClient
  readonly #cursor: PostgresCursorConstructor | undefined
  #isUnwanted = false

  constructor(client: PooledClient, cursor: PostgresCursorConstructor | undefined) {
    this.#client = client
    this.#cursor = cursor
  }

  async executeQuery<R>(compiled: CompiledQuery, options?: AbortableOperationOptions): Promise<KyselyResult<R>> {
    try {
      return toKysely<R>(
        await this.#client.query<R>(compiled.sql, compiled.parameters, queryOptions(compiled, options)),
      )
    } catch (error) {
      // Kysely has told its caller, and would print this one to the console.
      if (options?.signal?.aborted) return { rows: [] }
      throw error
    }
  }

  async *streamQuery<R>(compiled: CompiledQuery, chunkSize: number): AsyncIterableIterator<KyselyResult<R>> {
    if (!this.#cursor) throw new Error("Cannot stream rows as 'cursor' must be given to createDatabase: see pg-cursor")
    const request = new this.#cursor<R>(compiled.sql, compiled.parameters.slice())
    const cursor = this.#client.query(request as typeof request & Submittable)
    try {
      for (let rows = await cursor.read(chunkSize); rows.length > 0; rows = await cursor.read(chunkSize)) yield { rows }
    } finally {
      await cursor.close()
    }
  }

  /** The signal has cancelled the statement already. */
  async cancelQuery(): Promise<void> {}

  async killSession(): Promise<void> {
    this.#isUnwanted = true
  }

  release(): void {
    this.#client.release(this.#isUnwanted)
  }
}

/** How a statement of Kysely's is run: what it has built has plans worth keeping, with parameters or without. */
export function queryOptions(
  { query }: CompiledQuery,
  options: AbortableOperationOptions | undefined,
): QueryOptions | undefined {
  const isBuilt = query.kind !== 'RawNode'
  if (options?.signal) return { signal: options.signal, ...(isBuilt && { prepare: true }) }
  return isBuilt ? built : undefined
}

const built: QueryOptions = { prepare: true }

/** A result in Kysely's words. */
export function toKysely<R>({ command, rowCount, rows }: QueryResult<R>): KyselyResult<R> {
  switch (command) {
    case 'INSERT':
    case 'UPDATE':
    case 'DELETE':
    case 'MERGE':
      return { numAffectedRows: BigInt(rowCount ?? 0), rows }
    case 'COMMIT':
    case 'ROLLBACK':
      // Kysely tells by the tag whether a commit was one.
      return { rows: [{ command }] as R[] }
    default:
      return { rows: rows ?? [] }
  }
}
