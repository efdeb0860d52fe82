import { LRUCache } from 'lru-cache'
import { checkMemoryTierOptions, type MemoryTierOptions } from './options.ts'
import { TagClock } from './tag-clock.ts'
import type { Entry, MemoryLease, MemoryTier, PlainValue } from './tier.ts'

/**
 * A tier in this process, bounded, that drops what was used least recently. Over a shared tier it serves an entry for at
 * most `ttlMs`, because nothing tells it what other processes delete.
 *
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 *
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 })] })
 * await cache.getOrSet(['book', 42], () => ({ title: 'Dune' }), { ttlMs: 60_000 })
 * ```
 */
export function memoryTier(options: MemoryTierOptions): MemoryTier {
  return new LruMemoryTier(checkMemoryTierOptions(options))
}

class LruMemoryTier implements MemoryTier {
  readonly kind = 'memory'
  readonly name = 'memory'
  readonly ttlMs: number | undefined
  /** What is held, expired and invalidated entries included until they are asked for or pushed out. */
  readonly #entries: LRUCache<string, HeldEntry>
  /** The latest lease of each key, while it is neither filled, released nor broken. */
  readonly #leases = new Map<string, MemoryLease>()
  /** The invalidations of tags. */
  readonly #tags: TagClock
  /** Whether entries are weighed. */
  readonly #countsBytes: boolean
  /** A monotonic clock, in milliseconds. */
  readonly #now: () => number

  constructor({ maxEntries, maxBytes, ttlMs, now }: ReturnType<typeof checkMemoryTierOptions>) {
    this.ttlMs = ttlMs
    this.#now = now
    this.#tags = new TagClock(maxEntries)
    this.#countsBytes = maxBytes !== undefined
    this.#entries = new LRUCache({ max: maxEntries, ...(maxBytes === undefined ? {} : { maxSize: maxBytes }) })
  }

  read(key: string): Entry | undefined {
    const held = this.#entries.get(key)
    if (held === undefined) return undefined
    if (held.expiresAt > this.#now() && this.#tags.isCurrent(held.tags, held.mark)) return held
    this.#entries.delete(key)
    return undefined
  }

  claim(key: string): MemoryLease {
    const mark = this.#tags.now()
    const lease: MemoryLease = {
      fill: (entry) => this.#leases.get(key) === lease && this.#store(key, entry, mark),
      release: () => {
        if (this.#leases.get(key) === lease) this.#leases.delete(key)
      },
    }
    this.#leases.set(key, lease)
    return lease
  }

  delete(key: string): void {
    this.#leases.delete(key)
    this.#entries.delete(key)
  }

  deleteTags(tags: readonly string[]): void {
    this.#tags.invalidate(tags)
  }

  close(): void {
    this.#leases.clear()
    this.#entries.clear()
  }

  #store(key: string, entry: Entry, mark: number): boolean {
    this.delete(key)
    if (!this.#tags.isCurrent(entry.tags, mark)) return false
    const held = new HeldEntry(entry, mark, this.#now)
    this.#entries.set(key, held, this.#countsBytes ? { size: weigh(key, entry) } : {})
    return true
  }
}

class HeldEntry implements Entry {
  readonly plain: PlainValue
  readonly tags: readonly string[]
  /** The tag clock when the lease was taken. */
  readonly mark: number
  /** On the tier's clock. */
  readonly expiresAt: number
  /** The tier's clock. */
  readonly #now: () => number

  constructor(entry: Entry, mark: number, now: () => number) {
    this.plain = entry.plain
    this.tags = entry.tags
    this.mark = mark
    this.expiresAt = now() + entry.ttlMs
    this.#now = now
  }

  get ttlMs(): number {
    return Math.max(0, this.expiresAt - this.#now())
  }
}

function weigh(key: string, entry: Entry): number {
  return Buffer.byteLength(key) + Buffer.byteLength(entry.plain.json())
}
