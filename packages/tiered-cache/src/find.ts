import { openEntry, toEntry, toFound, type Found } from './found.ts'
import type { Level } from './level.ts'
import type { CacheSettings } from './options.ts'
import type { Look } from './quest.ts'
import type { StoredEntry } from './tier.ts'

/** How long it may take to find a value in the tiers below and to store it above. */
const leaseMs = 10_000

/** What is needed to look for a value. */
export interface Search {
  readonly id: string
  readonly levels: readonly Level[]
  readonly settings: CacheSettings
}

/** Looks at what a tier has brought. */
export function look(entry: StoredEntry | undefined, askedAt: number, settings: CacheSettings): Look {
  const isFresh = entry !== undefined && entry.softMs > 0
  return { entry, askedAt, opened: isFresh ? openEntry(entry, settings) : undefined, isDue: false }
}

/** The fresh value of a key in the nearest shared tier that has it; those above take it up. Tiers that fail are passed over. */
export function find(search: Search, depth: number): Promise<Found | undefined> {
  const level = search.levels[depth]
  if (level === undefined) return Promise.resolve(undefined)
  const askedAt = search.settings.now()
  return level.read(search.id).then(
    (entry) => findFrom(search, depth, look(entry, askedAt, search.settings)),
    () => find(search, depth + 1),
  )
}

/** The same from what a tier has brought already. */
export async function findFrom(
  search: Search,
  depth: number,
  { entry, askedAt, opened }: Look,
): Promise<Found | undefined> {
  const level = search.levels[depth]
  const open = await opened
  if (open !== undefined && entry !== undefined && level !== undefined) {
    level.hits++
    return toFound(entry, open, askedAt)
  }
  if (level === undefined || depth === search.levels.length - 1) return undefined
  return findBelow(search, depth, level, entry?.version).catch(() => find(search, depth + 1))
}

/** Looks below under the lease of this tier, so that no value is promoted that was deleted meanwhile. */
async function findBelow(
  search: Search,
  depth: number,
  level: Level,
  known: string | undefined,
): Promise<Found | undefined> {
  const request = { key: search.id, tags: [], leaseMs, hardMs: leaseMs, known }
  const acquired = await level.acquire(request)
  const found = await find(search, depth + 1)
  if (acquired.state !== 'lease') return found && { ...found, isStorable: false }
  if (found?.payload === undefined || !found.isStorable) {
    void level.store.release([acquired.lease])
    return found
  }
  const goodAt = search.settings.now()
  const entry = toEntry(found, found.payload, goodAt)
  if (!level.takes(entry)) {
    void level.store.release([acquired.lease])
    return found
  }
  const isStored = await level.fill({ lease: acquired.lease, entry })
  return isStored ? { ...found, goodAt } : { ...found, isStorable: false }
}
