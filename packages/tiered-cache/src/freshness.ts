/** When an entry is served, refreshed and given up. Of one call, or the defaults of a cache. */
export interface Freshness {
  /** How long a value is fresh, in milliseconds. */
  readonly ttlMs: number
  /** The same for `null`. */
  readonly negativeTtlMs: number | undefined
  /** For how long a failure of the loader is kept from being repeated, in milliseconds. */
  readonly errorTtlMs: number | ((error: unknown) => number)
  /** For how long a stale value is served at once while it is being refreshed, in milliseconds. */
  readonly staleMs: number
  /** For how long a stale value is served when the loader fails or is slow, in milliseconds. */
  readonly staleIfErrorMs: number
  /** By which part of itself at most a time to live is shortened, at random. */
  readonly jitter: number
  /** How early a refresh begins, in multiples of the time that a load takes. */
  readonly earlyRefresh: number
  /** How long a caller waits for a load while there is a stale value for it, in milliseconds. */
  readonly softDeadlineMs: number | undefined
  /** How long a load may take, in milliseconds. */
  readonly hardDeadlineMs: number
}

/** A lifetime drawn for one entry. */
export interface DrawnLifetime {
  readonly softMs: number
  readonly hardMs: number
}

/** The time to live of a value, shortened by jitter, and how long it is kept beyond it. */
export function drawLifetime(freshness: Freshness, value: unknown): DrawnLifetime {
  const { ttlMs, negativeTtlMs = ttlMs, jitter, staleMs, staleIfErrorMs } = freshness
  const wholeMs = value === null ? negativeTtlMs : ttlMs
  const softMs = Math.max(1, Math.round(wholeMs * (1 - jitter * Math.random())))
  return { softMs, hardMs: softMs + Math.max(staleMs, staleIfErrorMs) }
}

/**
 * How long before its end an entry is refreshed, in milliseconds: at least the time that a load takes, so that the new
 * value is there in time, and by chance more, so that of many processes one begins before the others. After XFetch
 * (Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, 2015), which has no such least
 * time as it draws anew at every read; memory draws once an entry.
 */
export function drawEarlyMs(loadMs: number, earlyRefresh: number): number {
  return earlyRefresh === 0 || loadMs === 0 ? 0 : loadMs * earlyRefresh * (1 - Math.log(1 - Math.random()))
}

/** Whether it is time for a newer value. Drawn anew at every call. */
export function isDue(softAt: number, loadMs: number, earlyRefresh: number, now: number): boolean {
  return softAt - drawEarlyMs(loadMs, earlyRefresh) <= now
}
