import type { Engine } from './engine.ts'
import type { CacheStats } from './stats.ts'

/** What a cache has done so far, and what it holds now. */
export function readStats(
  { counters, gate, levels, loads: { size: loading } }: Engine,
  memoryHits: number,
): CacheStats {
  const { misses, loads, loadFailures, staleHits, refreshes } = counters
  return {
    memoryHits,
    tierHits: Object.fromEntries(levels.filter(({ hits }) => hits > 0).map(({ name, hits }) => [name, hits])),
    misses,
    loads,
    loadFailures,
    staleHits,
    refreshes,
    loading,
    memoryEntries: gate.store?.entryCount ?? 0,
    memoryBytes: gate.store?.byteCount ?? 0,
    isCoherent: gate.isOpen,
    tiersDown: levels.filter((level) => level.store.isOpen).map((level) => level.name),
  }
}
