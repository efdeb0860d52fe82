import type { Borrower } from './borrower.ts'
import { tellLeak, tellLongTransaction } from './channels.ts'
import type { Connection } from './connection.ts'
import type { Ledger } from './ledger.ts'
import type { PoolSettings } from './options.ts'

/** A stack costs some microseconds: one borrower of so many pays, until the first leak, and then each for a while. */
const sampled = 16
const alarmMs = 600_000

/** Looks for borrowers that keep a connection for too long, and for transactions that stay open for too long. */
export class BorrowerWatch {
  readonly #leakAfterMs: number
  readonly #longTransactionMs: number
  readonly #connections: Iterable<Connection>
  readonly #ledger: Ledger
  readonly #timer: NodeJS.Timeout
  #borrowers = 0
  /** Until when every borrower's stack is noted. */
  #alarmedUntil = 0

  constructor(settings: PoolSettings, connections: Iterable<Connection>, ledger: Ledger) {
    this.#leakAfterMs = settings.leakAfterMs
    this.#longTransactionMs = settings.longTransactionMs
    this.#connections = connections
    this.#ledger = ledger
    const shortest = Math.min(this.#leakAfterMs, this.#longTransactionMs)
    this.#timer = setInterval(() => this.#look(), Math.min(1000, Math.max(5, shortest / 4))).unref()
  }

  /** Notes who has borrowed a connection. */
  note(connection: Connection): void {
    const isNoted = this.#borrowers++ % sampled === 0 || performance.now() < this.#alarmedUntil
    connection.borrower = {
      origin: isNoted ? new Error('A connection was borrowed') : undefined,
      idleCount: -1,
      transactionSeenAt: 0,
      isLeakTold: false,
      isTransactionTold: false,
    }
  }

  /** Ends the watch. */
  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = performance.now()
    for (const connection of this.#connections) {
      const { borrower } = connection
      if (!borrower) continue
      this.#lookForLeak(connection, borrower, now)
      this.#lookForTransaction(connection, borrower, now)
    }
  }

  #lookForLeak(connection: Connection, borrower: Borrower, now: number): void {
    const heldMs = now - connection.lentAt
    if (borrower.isLeakTold || heldMs < this.#leakAfterMs) return
    borrower.isLeakTold = true
    this.#ledger.leaks++
    this.#alarmedUntil = now + alarmMs
    tellLeak(connection, heldMs)
  }

  #lookForTransaction(connection: Connection, borrower: Borrower, now: number): void {
    if (!connection.isInTransaction) return
    if (borrower.idleCount !== connection.idleCount) {
      borrower.idleCount = connection.idleCount
      borrower.transactionSeenAt = now
      borrower.isTransactionTold = false
      return
    }
    const openMs = now - borrower.transactionSeenAt
    if (borrower.isTransactionTold || openMs < this.#longTransactionMs) return
    borrower.isTransactionTold = true
    this.#ledger.longTransactions++
    this.#alarmedUntil = now + alarmMs
    tellLongTransaction(connection, openMs)
  }
}
