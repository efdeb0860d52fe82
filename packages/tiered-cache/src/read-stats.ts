import type { Engine } from './engine.ts'
import type { Level } from './level.ts'
import type { CacheStats } from './stats.ts'

/** What a cache has done so far, and what it holds now. */
export function readStats(
  { counters, gate, levels, loads: { size: loading } }: Engine,
  memoryHits: number,
): CacheStats {
  const { misses, loads, loadFailures, staleHits, refreshes } = counters
  return {
    memoryHits,
    tierHits: tierHits(levels),
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

/** Two tiers may have one name. */
function tierHits(levels: readonly Level[]): Record<string, number> {
  const byName: Record<string, number> = {}
  for (const { name, hits } of levels) if (hits > 0) byName[name] = (byName[name] ?? 0) + hits
  return byName
}
