import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { PoolStats, QueryResult } from './pool.ts'
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
export interface AcquireMessage extends Omit<PoolStats, 'active'> {
  /** How long the caller has waited, in milliseconds. */
  readonly waitMs: number
  /** Why it got none. */
  readonly error?: FailureSummary
}

const queries = tracingChannel<unknown, QueryMessage>('seawall:pooled-db:query')
const acquisitions = channel('seawall:pooled-db:acquire')

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

function summaryOf(error: unknown): FailureSummary {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = codeOf(error)
  // pg gives its errors the name 'error'; the class says more.
  return { name: error.constructor.name, ...(code !== undefined && { code }) }
}
