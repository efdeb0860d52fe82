import { boolean, checkOptions, instanceOrShape, integer, milliseconds, oneOf } from '@seawall/options'

/** How a transaction is run. */
export interface TransactionOptions {
  /**
   * What the transaction sees of others. Left out: what the server says, which is `read committed` unless configured.
   */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
  /** The server refuses writes. */
  readonly readOnly?: boolean
  /**
   * How often the function is run again, from its beginning, after a serialization failure (40001) or a deadlock (40P01).
   * What it does besides its statements is done again too: put that into `afterCommit`, or set this to 0.
   *
   * @default 3
   */
  readonly retries?: number
  /**
   * The pause before the first repetition is up to this long, in milliseconds, by chance; before each further one up to twice
   * as long, at most a second.
   *
   * @default 10
   */
  readonly retryDelayMs?: number
  /** Ends the pauses, and begins no further attempt, once it is aborted. */
  readonly signal?: AbortSignal
}

/** What a nested transaction may be told: nothing that belongs to the whole. */
export const outermostOnly = ['isolation', 'readOnly', 'retries', 'retryDelayMs', 'signal'] as const

/** Checks the options of a transaction. */
export function checkTransactionOptions(options: TransactionOptions): void {
  checkOptions('run a transaction', options, {
    isolation: oneOf('read committed', 'repeatable read', 'serializable'),
    readOnly: boolean,
    retries: integer({ min: 0, max: 100 }),
    retryDelayMs: milliseconds({ max: 1000 }),
    signal: instanceOrShape('an AbortSignal', 'throwIfAborted', 'addEventListener'),
  })
}
