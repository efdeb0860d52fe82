import type { Terms } from './entry-options.ts'
import type { Found } from './found.ts'
import { drawEarlyMs } from './freshness.ts'
import { MemoryStore, type Claim } from './memory-store.ts'
import type { CacheSettings } from './options.ts'
import { copyValue } from './values/copy-value.ts'

/** Lets memory be used only while it can be trusted: while the process would hear of changes by others. */
export class MemoryGate {
  /** What memory holds, or `undefined` while it must not be used. */
  store: MemoryStore | undefined
  readonly #store: MemoryStore | undefined
  readonly #settings: CacheSettings

  constructor(settings: CacheSettings) {
    this.#settings = settings
    this.#store = settings.memory && new MemoryStore(settings.memory)
    this.store = settings.coherence === undefined ? this.#store : undefined
  }

  get isOpen(): boolean {
    return this.store === this.#store
  }

  /** Memory is used from now on, and starts empty. */
  open(): void {
    this.#store?.flush()
    this.store = this.#store
  }

  /** Memory is no longer used, and forgets what it holds. */
  shut(): void {
    this.#store?.flush()
    this.store = undefined
  }

  claim(id: string): Claim | undefined {
    return this.store?.claim(id)
  }

  release(claim: Claim | undefined): void {
    if (claim !== undefined) this.store?.release(claim)
  }

  /** Keeps a value for what is left of its own time, and of memory's since it was known to be good. */
  keep(claim: Claim | undefined, found: Found, terms: Pick<Terms, 'earlyRefresh' | 'memoryTtlMs'>): boolean {
    if (this.store === undefined || claim === undefined || !found.isStorable) return false
    const now = this.#settings.now()
    const boundAt = found.goodAt + Math.min(this.#settings.memoryTtlMs, terms.memoryTtlMs)
    const hardAt = Math.min(found.hardAt, boundAt)
    if (hardAt <= now) return false
    const earlyMs = Math.min(drawEarlyMs(found.loadMs, terms.earlyRefresh), (found.softAt - now) / 2)
    const { isMutable, softAt, tags, etag, loadMs, bytes } = found
    const value = isMutable ? copyValue(found.value) : found.value
    const known = { value, isMutable, softAt, hardAt, tags, etag, loadMs, bytes }
    return this.store.fill(claim, known, softAt - Math.max(0, earlyMs))
  }
}
