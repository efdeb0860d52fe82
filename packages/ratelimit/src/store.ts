/*
 * A store decides about claims: so much, of this key, under that quota. It admits and remembers, or refuses and
 * remembers nothing, in one atomic step. One claim is decided by `consume`; several by `decide`, all or nothing, in one
 * round trip. How a quota is kept is named by its algorithm; where the counters live (in this process, in Redis) is the
 * store's own affair; what happens when it cannot answer is the limit's (`onError`).
 */
import type { Awaitable } from '@seawall/guard'

/**
 * How a quota is kept. `'exact'`: a log of what was admitted; no window, wherever it begins, ever holds more than the
 * limit. `'gcra'`: a bucket of `burst` that refills steadily; no time t ever holds more than `burst` + t × rate.
 * `'fixed'`: a counter that begins with the first claim and is forgotten a window later; a window that lies across two
 * of them may hold 2 × limit - 1.
 */
export type Algorithm = 'exact' | 'gcra' | 'fixed'

/** How much is admitted, in which time, counted how. */
export interface Quota {
  /** How it is kept. */
  readonly algorithm: Algorithm
  /** How much is admitted in a window: a whole number, 1 to 1,000 for `'exact'`, to 2,147,483,647 for the others. */
  readonly limit: number
  /** The length of the window in whole milliseconds, 1 to 2,592,000,000 (30 days). */
  readonly windowMs: number
  /** How much is admitted at once: of `'gcra'` 1 to 2,147,483,647, of the others always the limit. */
  readonly burst: number
  /** For how long a refusal blocks the key, in whole milliseconds up to 30 days; 0 for not at all. */
  readonly blockMs: number
}

/** So much, of this key, under that quota. */
export interface Claim {
  /** Whose counter. */
  readonly key: string
  /** How it counts. */
  readonly quota: Quota
  /** How much: finite and not negative; whole for `'exact'` and `'fixed'`. 0 is refused only where the key is blocked. */
  readonly cost: number
}

/** What a store decided about one claim. */
export interface Verdict {
  /** Whether it is admitted. Of `peek` and `adjust`: whether a claim of 1 would be. */
  readonly allowed: boolean
  /** How many more would be admitted at once, rounded down. */
  readonly remaining: number
  /** Milliseconds until one more than `remaining` would be, rounded up; of a refusal the same as `retryAfterMs`. */
  readonly resetMs: number
  /** Milliseconds until this claim would be admitted if nobody else came, rounded up; 0 when it is. */
  readonly retryAfterMs: number
  /** When it was admitted, by the store's own clock: what `adjust` takes to take back this very claim. 0 of a refusal. */
  readonly stamp: number
}

/**
 * Where the counting happens: `memoryStore()`, `redisStore(redis)`, or one of your own. A key, an algorithm, a limit, a
 * window and a burst together name one counter. A throw or a rejection means that the store cannot answer; a cost that
 * is none is a RangeError.
 */
export interface RateLimitStore {
  /**
   * The algorithms that it knows, the first of which is used where a limit names none.
   *
   * @default all: `'exact'` for limits up to 100, `'gcra'` above
   */
  readonly algorithms?: readonly Algorithm[]
  /**
   * The longest window that it keeps, in milliseconds.
   *
   * @default 2_592_000_000 (30 days)
   */
  readonly maxWindowMs?: number
  /**
   * The highest limit that it keeps.
   *
   * @default 2_147_483_647
   */
  readonly maxLimit?: number
  /** Admits a claim and counts it, or refuses it and counts nothing. */
  consume(key: string, quota: Quota, cost: number): Awaitable<Verdict>
  /**
   * Admits all claims, of different counters, and counts them, or counts nothing. The verdicts stand in the order of the
   * claims, each about its own: one that another's refusal kept from being counted is `allowed`, with stamp 0. Where it
   * was not even looked at, it is `undefined`.
   */
  decide(claims: readonly Claim[]): Awaitable<readonly (Verdict | undefined)[]>
  /** Tells what a claim of 1 would find, and counts nothing. */
  peek(key: string, quota: Quota): Awaitable<Verdict>
  /**
   * Counts without asking: a cost above 0 is a penalty (which fills an `'exact'` log no further than to its limit, and may
   * exceed the others'), one below 0 a reward (never below nothing used). With the stamp of a claim, a reward takes back
   * that one, and nothing once its window is over; without, what was admitted last.
   */
  adjust(key: string, quota: Quota, cost: number, stamp?: number): Awaitable<Verdict>
  /**
   * Refuses every claim on the key for so many whole milliseconds, up to 30 days, in place of an earlier block; 0 lifts it.
   */
  block(key: string, quota: Quota, ms: number): Awaitable<void>
  /** Forgets the counter and the block. */
  reset(key: string, quota: Quota): Awaitable<void>
}
