import { either, fn, milliseconds, number, type Rules } from '@seawall/options'
import type { Freshness } from './freshness.ts'

/** Options that say when an entry is served, refreshed and given up: of a cache as defaults, and of one call. */
export interface FreshnessOptions {
  /**
   * How long a value is fresh, in milliseconds, 1 to 2^31 - 1.
   *
   * @default 60_000
   */
  readonly ttlMs?: number
  /** The same for `null`, which says that there is nothing. Left out: `ttlMs`. */
  readonly negativeTtlMs?: number
  /**
   * For how long a failure of the loader is remembered in this process, in milliseconds: until then callers get the same
   * error, or the stale value, without a load. Or a function of the error that says so.
   *
   * @default 0
   */
  readonly errorTtlMs?: number | ((error: unknown) => number)
  /**
   * For how long after its time a stale value is served at once while one caller's request refreshes it in the background,
   * in milliseconds.
   *
   * @default 0
   */
  readonly staleMs?: number
  /**
   * For how long after its time a stale value is served when the loader fails, or takes longer than `softDeadlineMs`, in
   * milliseconds.
   *
   * @default 0
   */
  readonly staleIfErrorMs?: number
  /**
   * By which part of itself at most a time to live is shortened, at random, so that what was stored together does not
   * expire together. From 0 to 1.
   *
   * @default 0
   */
  readonly jitter?: number
  /**
   * How early an entry is refreshed in the background before it is stale, in multiples of the time that its load took; by
   * chance earlier, so that of many processes one begins. 0: never.
   *
   * @default 1
   */
  readonly earlyRefresh?: number
  /**
   * How long a caller waits for a load while there is a stale value that `staleIfErrorMs` allows, in milliseconds; the
   * load goes on and is stored. Left out: until the load ends.
   */
  readonly softDeadlineMs?: number
  /**
   * How long a load may take, in milliseconds. Then its `signal` is aborted, and its callers get the stale value that
   * `staleIfErrorMs` allows, or a `CacheLoadTimeoutError`.
   *
   * @default 10_000
   */
  readonly hardDeadlineMs?: number
}

const someMs = milliseconds({ min: 1 })

export const freshnessRules: Rules<FreshnessOptions> = {
  ttlMs: someMs,
  negativeTtlMs: someMs,
  errorTtlMs: either(milliseconds(), fn('a function of the error that returns milliseconds')),
  staleMs: milliseconds(),
  staleIfErrorMs: milliseconds(),
  jitter: number({ min: 0, max: 1 }),
  earlyRefresh: number({ min: 0, max: 1_000 }),
  softDeadlineMs: someMs,
  hardDeadlineMs: milliseconds({ min: 1, max: 2 ** 31 - 10_000 }),
}

/** Freshness as a cache is told it. */
export function freshnessDefaults(options: FreshnessOptions): Freshness {
  return withFreshness(options, {
    ttlMs: 60_000,
    negativeTtlMs: undefined,
    errorTtlMs: 0,
    staleMs: 0,
    staleIfErrorMs: 0,
    jitter: 0,
    earlyRefresh: 1,
    softDeadlineMs: undefined,
    hardDeadlineMs: 10_000,
  })
}

/** Freshness as one call wants it. */
export function withFreshness(options: FreshnessOptions, defaults: Freshness): Freshness {
  return {
    ttlMs: options.ttlMs ?? defaults.ttlMs,
    negativeTtlMs: options.negativeTtlMs ?? defaults.negativeTtlMs,
    errorTtlMs: options.errorTtlMs ?? defaults.errorTtlMs,
    staleMs: options.staleMs ?? defaults.staleMs,
    staleIfErrorMs: options.staleIfErrorMs ?? defaults.staleIfErrorMs,
    jitter: options.jitter ?? defaults.jitter,
    earlyRefresh: options.earlyRefresh ?? defaults.earlyRefresh,
    softDeadlineMs: options.softDeadlineMs ?? defaults.softDeadlineMs,
    hardDeadlineMs: options.hardDeadlineMs ?? defaults.hardDeadlineMs,
  }
}
