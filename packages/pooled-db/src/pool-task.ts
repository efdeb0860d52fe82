import type { Connection } from './connection.ts'
import type { Lender } from './lender.ts'
import type { QueryOptions } from './pool.ts'
import type { QueryResult } from './query-result.ts'
import type { StatementParts } from './statement-parts.ts'
import { Statement } from './statement.ts'
import { Place, type Waiter } from './wait-queue.ts'

/** How long a task's parts may take, in milliseconds. */
export interface TaskLimits {
  readonly acquireTimeoutMs: number
  readonly queryTimeoutMs: number
}

/**
 * One statement on its way through the pool: it waits for a connection, runs, and gives the connection back. One object and
 * no chain of promises, since this is what a service does most.
 */
export class PoolTask implements Waiter<Connection> {
  readonly place = new Place<Connection>()
  readonly since: number
  readonly deadline: number
  readonly #lender: Lender
  readonly #parts: StatementParts
  readonly #queryTimeoutMs: number
  readonly #options: QueryOptions
  readonly #resolve: (result: QueryResult) => void
  readonly #reject: (error: unknown) => void
  readonly #abort: (() => void) | undefined
  /** Where it runs, once it does. */
  #connection: Connection | undefined
  #statement: Statement | undefined

  constructor(
    lender: Lender,
    parts: StatementParts,
    limits: TaskLimits,
    options: QueryOptions,
    resolve: (result: QueryResult) => void,
    reject: (error: unknown) => void,
  ) {
    this.#lender = lender
    this.#parts = parts
    this.#options = options
    this.#queryTimeoutMs = limits.queryTimeoutMs
    this.#resolve = resolve
    this.#reject = reject
    this.since = performance.now()
    this.deadline = this.since + Math.min(limits.acquireTimeoutMs, options.timeoutMs ?? Infinity)
    this.#abort = options.signal && (() => this.#giveUp())
  }

  /** Sets it on its way. */
  start(): void {
    const { signal } = this.#options
    if (signal?.aborted) return this.#reject(signal.reason)
    if (this.#abort) signal?.addEventListener('abort', this.#abort, { once: true })
    const connection = this.#lender.take(this.since)
    if (connection) return this.serve(connection)
    try {
      this.#lender.wait(this)
    } catch (error) {
      this.fail(error)
    }
  }

  serve(connection: Connection): void {
    const { timeoutMs } = this.#options
    this.#connection = connection
    this.#statement = new Statement(
      this.#parts,
      timeoutMs ?? this.#queryTimeoutMs,
      timeoutMs === undefined ? connection.lentAt : this.since,
      (error, result) => this.#finish(connection, error, result),
    )
    connection.run(this.#statement)
  }

  fail(error: unknown): void {
    this.#stopListening()
    this.#reject(error)
  }

  #finish(connection: Connection, error: unknown, result: QueryResult | undefined): void {
    this.#stopListening()
    this.#lender.takeBack(connection)
    if (result) this.#resolve(result)
    else this.#reject(error)
  }

  #giveUp(): void {
    const reason: unknown = this.#options.signal?.reason
    if (this.#connection && this.#statement) this.#connection.abandon(this.#statement, reason)
    else if (this.#lender.leave(this)) this.#reject(reason)
  }

  #stopListening(): void {
    if (this.#abort) this.#options.signal?.removeEventListener('abort', this.#abort)
  }
}
