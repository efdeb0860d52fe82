import { traceQuery } from './channels.ts'
import type { Connection } from './connection.ts'
import type { PooledClient, QueryResult, Submittable } from './pool.ts'

/** One borrower's hold on a connection. A new one for each borrower, so that nobody can use what he has given back. */
export class BorrowedClient implements PooledClient {
  readonly #queryTimeoutMs: number
  readonly #takeBack: (connection: Connection, destroy: boolean) => void
  /** Gone when it was given back. */
  #connection: Connection | undefined

  constructor(
    connection: Connection,
    queryTimeoutMs: number,
    takeBack: (connection: Connection, destroy: boolean) => void,
  ) {
    this.#connection = connection
    this.#queryTimeoutMs = queryTimeoutMs
    this.#takeBack = takeBack
  }

  get processID(): number {
    return this.#held('tell the process id').processID
  }

  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<QueryResult<Row>>
  query<Query extends Submittable>(query: Query): Query
  query(query: string | Submittable, parameters: readonly unknown[] = []): Promise<QueryResult> | Submittable {
    if (typeof query === 'string') return this.#run(query, parameters)
    if (typeof query?.submit !== 'function')
      throw new TypeError('Cannot run a statement as it must be a string, or an object with a submit method')
    this.#held('run a statement').submit(query)
    return query
  }

  release(destroy = false): void {
    const connection = this.#held('release')
    this.#connection = undefined
    this.#takeBack(connection, destroy)
  }

  async #run(sql: string, parameters: readonly unknown[]): Promise<QueryResult> {
    const connection = this.#held('run a statement')
    try {
      return await traceQuery(sql, () => connection.query(sql, parameters, this.#queryTimeoutMs))
    } catch (error) {
      // pg's errors are born in the socket; the caller's stack is the useful one.
      if (error instanceof Error) Error.captureStackTrace(error)
      throw error
    }
  }

  #held(action: string): Connection {
    if (this.#connection) return this.#connection
    throw new Error(`Cannot ${action} as the connection was given back to the pool already`)
  }
}
