import type { PoolCounts } from './pool-stats.ts'
import type { RetireReason } from './retire-reason.ts'

/** Counts for {@link PoolCounts}. */
export class Ledger {
  acquires = 0
  timeouts = 0
  refused = 0
  aborted = 0
  waited = 0
  waitedMs = 0
  opened = 0
  failedToOpen = 0
  leaks = 0
  longTransactions = 0
  rolledBack = 0
  readonly #retired: Partial<Record<RetireReason, number>> = {}

  /** Counts a connection that is retired. */
  retire(reason: RetireReason): void {
    this.#retired[reason] = (this.#retired[reason] ?? 0) + 1
  }

  /** The counts so far. */
  get counts(): PoolCounts {
    const { acquires, timeouts, refused, aborted, waited, waitedMs } = this
    const { opened, failedToOpen, leaks, longTransactions, rolledBack } = this
    const callers = { acquires, timeouts, refused, aborted, waited, waitedMs }
    const connections = { opened, failedToOpen, retired: { ...this.#retired } }
    return { ...callers, ...connections, leaks, longTransactions, rolledBack }
  }
}
