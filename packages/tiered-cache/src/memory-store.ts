import { LRUCache } from 'lru-cache'
import { HeldValue, type Known } from './held-value.ts'
import type { MemoryTier } from './memory-tier.ts'
import { TagClock } from './tag-clock.ts'

/** The right to put one value for one key into memory. A delete, a write, a flush and every later claim break it. */
export interface Claim {
  /** The key. */
  readonly id: string
  /** The tag clock when it was taken. */
  readonly mark: number
}

/** What a memory tier holds for one cache. */
export class MemoryStore {
  /** What is held, expired and invalidated entries included until they are asked for or pushed out. */
  readonly #entries: LRUCache<string, HeldValue>
  /** The latest claim of each key, while it is neither filled, released nor broken. */
  readonly #claims = new Map<string, Claim>()
  /** The invalidations of tags. */
  readonly #tags: TagClock
  /** Whether entries are weighed. */
  readonly #countsBytes: boolean

  constructor({ maxEntries, maxBytes }: Pick<MemoryTier, 'maxEntries' | 'maxBytes'>) {
    this.#tags = new TagClock(maxEntries)
    this.#countsBytes = maxBytes !== undefined
    this.#entries = new LRUCache({ max: maxEntries, ...(maxBytes === undefined ? {} : { maxSize: maxBytes }) })
  }

  get entryCount(): number {
    return this.#entries.size
  }

  /** The bytes counted; 0 when entries are not weighed. */
  get byteCount(): number {
    return this.#entries.calculatedSize
  }

  /** What is held for the key, fresh or stale, unless one of its tags was invalidated. */
  read(id: string): HeldValue | undefined {
    const held = this.#entries.get(id)
    return held === undefined || held.mark === this.#tags.moment ? held : this.#recheck(id, held)
  }

  claim(id: string): Claim {
    const claim = { id, mark: this.#tags.moment }
    this.#claims.set(id, claim)
    return claim
  }

  /** Puts a value in under a claim that nothing has broken, and ends the claim. */
  fill(claim: Claim, known: Known, serveUntil: number): boolean {
    if (this.#claims.get(claim.id) !== claim) return false
    this.delete(claim.id)
    if (!this.#tags.isCurrent(known.tags, claim.mark)) return false
    this.#set(claim.id, new HeldValue(known, serveUntil, claim.mark))
    return true
  }

  release(claim: Claim): void {
    if (this.#claims.get(claim.id) === claim) this.#claims.delete(claim.id)
  }

  delete(id: string): void {
    this.#claims.delete(id)
    this.#entries.delete(id)
  }

  /** Makes stale what is held, and breaks the claim of the key. */
  expire(id: string, now: number): void {
    this.#claims.delete(id)
    const held = this.#entries.get(id)
    if (held === undefined) return
    this.#entries.delete(id)
    this.#set(id, held.expired(now))
  }

  /** Lets a value that is still held be served until a later moment without further thought, if it may be served at all. */
  prolong(id: string, { softAt }: Known, moment: number): void {
    const held = this.#entries.get(id)
    // Another moment: it was replaced or made stale meanwhile.
    if (held?.softAt === softAt && held.serveUntil < moment) held.serveUntil = Math.min(moment, held.hardAt)
  }

  invalidateTags(tags: readonly string[]): void {
    this.#tags.invalidate(tags)
  }

  flush(): void {
    this.#claims.clear()
    this.#entries.clear()
  }

  #set(id: string, held: HeldValue): void {
    this.#entries.set(id, held, this.#countsBytes ? { size: weigh(id, held) } : undefined)
  }

  #recheck(id: string, held: HeldValue): HeldValue | undefined {
    if (this.#tags.isCurrent(held.tags, held.mark)) {
      held.mark = this.#tags.moment
      return held
    }
    this.#entries.delete(id)
    return undefined
  }
}

function weigh(id: string, known: Known): number {
  return id.length * 2 + known.bytes + 100
}
