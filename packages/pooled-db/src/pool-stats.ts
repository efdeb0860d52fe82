import type { RetireReason } from './retire-reason.ts'

/** What has happened in a pool since it was created. */
export interface PoolCounts {
  /** Connections that were lent. */
  readonly acquires: number
  /** Callers that got a `PoolTimeoutError`. */
  readonly timeouts: number
  /** Callers that were refused at once, with a `PoolFullError` or a `PoolBusyError`. */
  readonly refused: number
  /** Callers that gave up waiting by their signal. */
  readonly aborted: number
  /** Callers that had to wait for a connection, and got one. */
  readonly waited: number
  /** How long they have waited together, in milliseconds. */
  readonly waitedMs: number
  /** Connections that were opened. */
  readonly opened: number
  /** Attempts to connect that failed. */
  readonly failedToOpen: number
  /** Connections that were retired, by reason. */
  readonly retired: Readonly<Partial<Record<RetireReason, number>>>
  /** Borrowers that kept a connection for longer than `leakAfterMs`. */
  readonly leaks: number
  /** Transactions that were open for longer than `longTransactionMs`. */
  readonly longTransactions: number
  /** Transactions that were open when their connection was given back. */
  readonly rolledBack: number
}

/** How many connections and callers a pool has at this moment, and what has happened in it. */
export interface PoolStats extends PoolCounts {
  /** Connections that exist, whatever they do: idle, borrowed, being opened, checked or mended. Never more than `max`. */
  readonly total: number
  /** Connections that can be borrowed at once. */
  readonly idle: number
  /** Connections that are borrowed. */
  readonly active: number
  /** Callers that wait for a connection. */
  readonly waiting: number
}
