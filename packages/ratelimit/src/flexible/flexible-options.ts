import { checkOptions, instanceOrShape, integer, milliseconds } from '@seawall/options'

/** What is needed of a result of rate-limiter-flexible. */
export interface FlexibleResult {
  /** How much has been counted in the current window. */
  readonly consumedPoints: number
  /** Milliseconds until the window ends; 0 or less when that is not known. */
  readonly msBeforeNext: number
}

/** What a limiter of rate-limiter-flexible is told besides how much. */
export interface FlexibleCallOptions {
  /** The length of the window in seconds. */
  readonly customDuration?: number
  /** Known to the limiter in MongoDB alone, and never given. */
  readonly attrs?: object
}

/** What is needed of a limiter of rate-limiter-flexible: every one but its union, queue and bursty ones. */
export interface FlexibleLimiter {
  /** Counts without asking. */
  penalty(key: string, points?: number, options?: FlexibleCallOptions): Promise<FlexibleResult>
  /** Gives back. */
  reward(key: string, points?: number, options?: FlexibleCallOptions): Promise<FlexibleResult>
  /** Tells what has been counted; `null` for nothing. */
  get(key: string): Promise<FlexibleResult | null>
  /** Counts so much for so many seconds, whatever was counted before. */
  set(key: string, points: number, secDuration: number): Promise<unknown>
  /** Forgets what was counted. */
  delete(key: string): Promise<boolean>
}

/** Options of `flexibleStore`. */
export interface FlexibleStoreOptions {
  /**
   * How long a decision may take, in milliseconds, 1 to 60,000. After it the limit does what its `onError` says; what the
   * limiter does later still counts.
   *
   * @default 75
   */
  readonly deadlineMs?: number
  /**
   * After how many decisions in a row that failed or came too late the limiter is left alone, 1 to 1,000.
   *
   * @default 5
   */
  readonly failures?: number
  /**
   * How long it is left alone before one request tries it again, in milliseconds, 1 to 60,000.
   *
   * @default 1_000
   */
  readonly probeMs?: number
}

/**
 * Checks the limiter and the options.
 *
 * @throws TypeError or RangeError
 */
export function checkFlexibleOptions(limiter: FlexibleLimiter, options: FlexibleStoreOptions): void {
  const action = 'create a flexible store'
  const shape = instanceOrShape('a limiter of rate-limiter-flexible', 'penalty', 'reward', 'get', 'set', 'delete')
  checkOptions(action, { limiter }, { limiter: shape }, ['limiter'])
  checkOptions<FlexibleStoreOptions>(action, options, {
    deadlineMs: milliseconds({ min: 1, max: 60_000 }),
    failures: integer({ min: 1, max: 1_000 }),
    probeMs: milliseconds({ min: 1, max: 60_000 }),
  })
}
