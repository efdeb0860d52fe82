/** Who holds a connection, and what was said of him. */
export interface Borrower {
  /** Where it was borrowed, if that was noted. Its stack is not made text before somebody reads it. */
  readonly origin: Error | undefined
  /** How often the server had been ready with no transaction open when this transaction was first seen. */
  idleCount: number
  /** When this transaction was first seen. */
  transactionSeenAt: number
  /** It was reported that he keeps the connection for too long. */
  isLeakTold: boolean
  /** It was reported that his transaction lasts too long. */
  isTransactionTold: boolean
}
