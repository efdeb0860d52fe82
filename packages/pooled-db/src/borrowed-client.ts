import { traceQuery } from './channels.ts'
import type { Connection } from './connection.ts'
import type { PooledClient, QueryConfig, QueryOptions, Submittable } from './pool.ts'
import type { QueryResult } from './query-result.ts'
import type { QueryReader } from './query-parts.ts'
import type { StatementParts } from './statement-parts.ts'
import { Statement } from './statement.ts'
import { tracedToCaller } from './traced-to-caller.ts'

/** What a borrowed client needs of the pool that it came from. */
export interface Lending {
  readonly reader: QueryReader
  readonly queryTimeoutMs: number
  takeBack(connection: Connection, isUnwanted: boolean): void
}

const noOptions: QueryOptions = {}

/** One borrower's hold on a connection. A new one for each borrower, so that nobody can use what he has given back. */
export class BorrowedClient implements PooledClient {
  readonly #lending: Lending
  /** Gone when it was given back. */
  #connection: Connection | undefined

  constructor(connection: Connection, lending: Lending) {
    this.#connection = connection
    this.#lending = lending
  }

  get processID(): number {
    return this.#held('tell the process id').processID
  }

  query<Row = Record<string, unknown>>(
    query: string | QueryConfig,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>
  query<Query extends Submittable>(query: Query): Query
  query(
    query: string | QueryConfig | Submittable,
    values?: readonly unknown[],
    options: QueryOptions = noOptions,
  ): Promise<QueryResult> | Submittable {
    if (!isSubmittable(query)) return this.#run(query, values, options)
    this.#held('run a statement').submit(query)
    return query
  }

  release(destroy: boolean | Error = false): void {
    const connection = this.#held('release')
    this.#connection = undefined
    this.#lending.takeBack(connection, Boolean(destroy))
  }

  async #run(
    query: string | QueryConfig,
    values: readonly unknown[] | undefined,
    options: QueryOptions,
  ): Promise<QueryResult> {
    try {
      const connection = this.#held('run a statement')
      const parts = this.#lending.reader.read(query, values, options)
      return await traceQuery(parts.text, () => this.#answerOf(connection, parts, options))
    } catch (error) {
      throw tracedToCaller(error)
    }
  }

  #answerOf(connection: Connection, parts: StatementParts, { signal, timeoutMs }: QueryOptions): Promise<QueryResult> {
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      const abort = (): void => connection.abandon(statement, signal?.reason)
      const limitMs = timeoutMs ?? this.#lending.queryTimeoutMs
      const statement = new Statement(parts, limitMs, performance.now(), (error, result) => {
        signal?.removeEventListener('abort', abort)
        if (result) resolve(result)
        else reject(error as Error)
      })
      signal?.addEventListener('abort', abort, { once: true })
      connection.run(statement)
    })
  }

  #held(action: string): Connection {
    if (this.#connection) return this.#connection
    throw new Error(`Cannot ${action} as the connection was given back to the pool already`)
  }
}

function isSubmittable(query: string | QueryConfig | Submittable): query is Submittable {
  return typeof query === 'object' && query !== null && 'submit' in query && typeof query.submit === 'function'
}
