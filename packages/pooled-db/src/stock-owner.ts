/** What a stock tells its owner. */
export interface StockOwner {
  /** Something has changed: a connection is idle, or there is room for one. */
  changed(): void
  /** The server refuses the login, and no connection is left. */
  refused(error: Error): void
  /** An idle connection was lost. */
  lostIdle(error: Error): void
}
