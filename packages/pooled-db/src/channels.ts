import { type Channel, channel, tracingChannel } from 'node:diagnostics_channel'
import type { Borrower } from './borrower.ts'
import type { Connection } from './connection.ts'
import type { RetireReason } from './retire-reason.ts'
import type { PoolStats } from './pool-stats.ts'
import type { QueryResult } from './query-result.ts'
import { codeOf } from './sqlstate.ts'

/** Which error it was. The server's own words are left out, as they quote values: `invalid input syntax: "…"`. */
export interface FailureSummary {
  /** The error's class: `DatabaseError`, `QueryTimeoutError`. */
  readonly name: string
  /** Its code, where it has one: an SQLSTATE such as `23505`, or a name such as `ERR_POOL_FULL`. */
  readonly code?: string
}

/**
 * A message of the tracing channel `seawall:pooled-db:query`: one object a statement, the same at `start`, `end`,
 * `asyncStart`, `asyncEnd` and `error`. Never holds parameters or rows.
 */
export interface QueryMessage {
  /** The statement as it was sent, with `$1`, `$2`, … for its parameters. */
  readonly sql: string
  /** How many rows it returned or changed. Known from `asyncStart` on, when it succeeded. */
  rowCount?: number
  /** How long it took, without the wait for a connection. Known from `asyncStart` on. */
  durationMs?: number
  /** Why it failed. Known from `error` on. */
  error?: FailureSummary
}

/** A message of the channel `seawall:pooled-db:acquire`: one for each attempt to borrow a connection. */
export interface AcquireMessage extends Pick<PoolStats, 'total' | 'idle' | 'waiting'> {
  /** How long the caller has waited, in milliseconds. */
  readonly waitMs: number
  /** Why it got none. */
  readonly error?: FailureSummary
}

/** A message of the channel `seawall:pooled-db:connect`: one for each attempt to connect. */
export interface ConnectMessage {
  /** The id of the server process; 0 when the attempt failed before the server told it. */
  readonly processID: number
  /** How long it took to connect and to log in, in milliseconds. */
  readonly durationMs: number
  /** Why it failed. */
  readonly error?: FailureSummary
}

/** A message of the channel `seawall:pooled-db:retire`: a connection leaves the pool. */
export interface RetireMessage {
  /** The id of its server process. */
  readonly processID: number
  /** Why it leaves. */
  readonly reason: RetireReason
  /** How old it was, in milliseconds. */
  readonly ageMs: number
  /** What was wrong with it, if something was. */
  readonly error?: FailureSummary
}

/**
 * A message of the channels `seawall:pooled-db:leak` (a borrower keeps a connection for longer than `leakAfterMs`) and
 * `seawall:pooled-db:long-transaction` (a transaction is open for longer than `longTransactionMs`).
 */
export interface BorrowerMessage {
  /** The id of the connection's server process. */
  readonly processID: number
  /** How long it has been so, in milliseconds. */
  readonly durationMs: number
  /** Where the connection was borrowed. Noted for one borrower of 16, and after the first report for each. */
  readonly stack?: string
}

/** A message of the channel `seawall:pooled-db:rollback`: a connection was given back with a transaction open. */
export interface RollbackMessage {
  /** The id of the connection's server process. */
  readonly processID: number
  /** Where it was given back. */
  readonly releasedAt: string
  /** Where it was borrowed, if that was noted. */
  readonly stack?: string
}

const queries = tracingChannel<unknown, QueryMessage>('seawall:pooled-db:query')
const acquisitions = channel('seawall:pooled-db:acquire')
const connects = channel('seawall:pooled-db:connect')
const retirements = channel('seawall:pooled-db:retire')
const leaks = channel('seawall:pooled-db:leak')
const longTransactions = channel('seawall:pooled-db:long-transaction')
const rollbacks = channel('seawall:pooled-db:rollback')

/** Whether somebody listens to what callers do: then it has to happen in their context. */
export function areCallersObserved(): boolean {
  return acquisitions.hasSubscribers || queries.hasSubscribers
}

/** Tells of an attempt to connect. */
export function tellConnect({ processID, ageMs: durationMs }: Connection, error?: Error): void {
  if (!connects.hasSubscribers) return
  const message: ConnectMessage = { processID, durationMs, ...(error && { error: summaryOf(error) }) }
  connects.publish(message)
}

/** Tells of a connection that leaves the pool. */
export function tellRetire({ processID, ageMs, failure }: Connection, reason: RetireReason): void {
  if (!retirements.hasSubscribers) return
  const message: RetireMessage = { processID, reason, ageMs, ...(failure && { error: summaryOf(failure) }) }
  retirements.publish(message)
}

/** Tells of a borrower that keeps a connection for too long. */
export function tellLeak(connection: Connection, durationMs: number): void {
  tellBorrower(leaks, connection, durationMs)
}

/** Tells of a transaction that is open for too long. */
export function tellLongTransaction(connection: Connection, durationMs: number): void {
  tellBorrower(longTransactions, connection, durationMs)
}

function tellBorrower(to: Channel, { processID, borrower }: Connection, durationMs: number): void {
  if (to.hasSubscribers) to.publish({ processID, durationMs, ...stackOf(borrower) } satisfies BorrowerMessage)
}

/** Tells of a transaction that is rolled back since its connection was given back. Called by whoever gives it back. */
export function tellRollback({ processID, borrower }: Connection): void {
  if (!rollbacks.hasSubscribers) return
  const { stack: releasedAt = '' } = new Error('A connection was given back with a transaction open')
  rollbacks.publish({ processID, releasedAt, ...stackOf(borrower) } satisfies RollbackMessage)
}

function stackOf(borrower: Borrower | undefined): { readonly stack?: string } {
  const stack = borrower?.origin?.stack
  return stack === undefined ? {} : { stack }
}

/**
 * Runs a statement and tells the query channel, in the context of the caller. Node's own `tracePromise` would put the
 * result, rows and all, on the message.
 */
export function traceQuery<R extends Pick<QueryResult, 'rowCount'>>(sql: string, run: () => Promise<R>): Promise<R> {
  if (!queries.hasSubscribers) return run()
  const message: QueryMessage = { sql }
  return queries.start.runStores(message, () => {
    const startedAt = performance.now()
    const answer = run()
    queries.end.publish(message)
    return answer.then(
      (result) => {
        message.durationMs = performance.now() - startedAt
        if (typeof result.rowCount === 'number') message.rowCount = result.rowCount
        tellSettled(message)
        return result
      },
      (error: unknown) => {
        message.durationMs = performance.now() - startedAt
        message.error = summaryOf(error)
        queries.error.publish(message)
        tellSettled(message)
        throw error
      },
    )
  })
}

function tellSettled(message: QueryMessage): void {
  queries.asyncStart.publish(message)
  queries.asyncEnd.publish(message)
}

/** Runs an acquisition and tells the acquire channel, in the context of the caller. */
export async function traceAcquire<R>(stats: () => PoolStats, run: () => Promise<R>): Promise<R> {
  if (!acquisitions.hasSubscribers) return run()
  const startedAt = performance.now()
  const message = (): AcquireMessage => {
    const { total, idle, waiting } = stats()
    return { waitMs: performance.now() - startedAt, total, idle, waiting }
  }
  try {
    const acquired = await run()
    acquisitions.publish(message())
    return acquired
  } catch (error) {
    acquisitions.publish({ ...message(), error: summaryOf(error) })
    throw error
  }
}

/** Which error it was, without its words. */
export function summaryOf(error: unknown): FailureSummary {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = codeOf(error)
  // pg gives its errors the name 'error'; the class says more.
  return { name: error.constructor.name, ...(code !== undefined && { code }) }
}
