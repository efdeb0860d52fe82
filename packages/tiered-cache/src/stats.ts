/** What a cache has done since it was made, and what it holds now. */
export interface CacheStats {
  /** Reads that memory answered. */
  readonly memoryHits: number
  /** Reads that a shared tier answered with a fresh value, by the tier's name. */
  readonly tierHits: Readonly<Record<string, number>>
  /** Reads that no tier could answer. */
  readonly misses: number
  /** Loads that were started. */
  readonly loads: number
  /** Loads that failed. */
  readonly loadFailures: number
  /** Reads that were answered with a stale value. */
  readonly staleHits: number
  /** Refreshes that were started before anybody had to wait for one. */
  readonly refreshes: number
  /** Loads that are under way. */
  readonly loading: number
  /** Entries in memory. */
  readonly memoryEntries: number
  /** Bytes in memory as they are counted for `maxBytes`; 0 without it. */
  readonly memoryBytes: number
  /** Whether memory may be used now: without coherence always, with it while it hears of changes. */
  readonly isCoherent: boolean
  /** The names of shared tiers that have failed so often that reads leave them alone. */
  readonly tiersDown: readonly string[]
}

/** The counters, to be counted up. What memory and the tiers answer is counted where it is answered. */
export class Counters {
  misses = 0
  loads = 0
  loadFailures = 0
  staleHits = 0
  refreshes = 0
}
