/*
 * A store remembers, for every key, when requests were admitted in the last window, and decides about the next one in
 * one atomic step: admitted and remembered, or refused and not remembered. A rolling log, not a counter: no window of
 * the given length, wherever it begins, ever holds more than the limit. Where the log lives (in this process, in
 * Redis) is the store's own affair; what happens when it cannot answer is the limit's (`onError`).
 */
import type { Awaitable } from '@seawall/guard'

/** How many requests are admitted in any window of a given length. */
export interface Rate {
  /** The number of requests, 1 to 1,000. */
  readonly limit: number
  /** The length of the window in milliseconds, 1 to 2,592,000,000 (30 days). */
  readonly windowMs: number
}

/** What a store decided about one request. */
export interface Decision {
  /** Whether the request is admitted. */
  readonly allowed: boolean
  /** How many more would be admitted at once after this one. */
  readonly remaining: number
  /** Milliseconds until one more than `remaining` is admitted, rounded up; of a refused request, how long to wait. */
  readonly resetMs: number
}

/** Where the counting happens: `memoryStore()`, `redisStore(redis)`, or one of your own. */
export interface RateLimitStore {
  /**
   * Admits a request and counts it, or refuses it and counts nothing. A key, a limit and a window together name one
   * counter. A throw or a rejection means that the store cannot answer.
   */
  consume(key: string, rate: Rate): Awaitable<Decision>
}
