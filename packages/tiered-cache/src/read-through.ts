import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { loadChannel, readChannel } from './channels.ts'
import type { Flight } from './flights.ts'
import type { CacheSettings } from './options.ts'
import { toPlainValue } from './plain-value.ts'
import type { Entry, Lease, LeaseTerms, MemoryLease, SharedTier } from './tier.ts'

/** A load of one key. */
export interface LoadRequest {
  readonly key: string
  readonly terms: LeaseTerms
  readonly load: () => unknown
  readonly flight: Flight
}

/** What became of the search in the shared tier. `foreign`: another process is still loading after all our waiting. */
type Sought =
  | { readonly state: 'hit'; readonly entry: Entry; readonly askedAt: number }
  | { readonly state: 'lease'; readonly lease: Lease }
  | { readonly state: 'foreign' }
  | { readonly state: 'failed'; readonly error: unknown }

/** What became of a loaded value. */
interface Stored {
  readonly stored: boolean
  readonly degraded: boolean
  readonly error: unknown
}

const notStored: Stored = { stored: false, degraded: false, error: undefined }

/** What happens when the memory tier has nothing: ask the shared tier, take its lease, load, store, promote. */
export class ReadThrough {
  readonly #settings: CacheSettings
  /** Aborted when the cache is closed: nothing is read or stored any more, loads go on. */
  readonly #closing: AbortSignal

  constructor(settings: CacheSettings, closing: AbortSignal) {
    this.#settings = settings
    this.#closing = closing
    setMaxListeners(0, closing)
  }

  /** The value of the key from the shared tier or from the loader. */
  async getOrLoad(request: LoadRequest): Promise<unknown> {
    if (this.#closing.aborted) return this.#load(request, () => notStored)
    const local = this.#settings.memory?.claim(request.key)
    try {
      return await this.#getOrLoad(request, local)
    } finally {
      local?.release()
    }
  }

  /** The value of the key from the shared tier, which it keeps in memory too when it is told to. */
  async read(key: string, keep: boolean): Promise<unknown> {
    const { memory, shared } = this.#settings
    if (shared === undefined || this.#closing.aborted) return undefined
    const local = keep ? memory?.claim(key) : undefined
    const askedAt = performance.now()
    try {
      const entry = await this.#readShared(shared, key)
      if (entry !== undefined) this.#keep(local, entry, askedAt)
      return entry?.plain.value
    } catch {
      return undefined
    } finally {
      local?.release()
    }
  }

  async #getOrLoad(request: LoadRequest, local: MemoryLease | undefined): Promise<unknown> {
    const { shared } = this.#settings
    if (shared === undefined) {
      request.flight.tags = request.terms.tags
      return this.#load(request, (entry) => ({ ...notStored, stored: this.#keep(local, entry, performance.now()) }))
    }
    const sought = await this.#seek(shared, request)
    // Until now the answer could have been an entry with other tags than those that the caller named.
    request.flight.tags = request.terms.tags
    switch (sought.state) {
      case 'hit':
        this.#keep(local, sought.entry, sought.askedAt)
        return sought.entry.plain.value
      case 'lease':
        return this.#loadUnderLease(request, local, sought.lease)
      case 'foreign':
        return this.#load(request, () => notStored)
      case 'failed':
        return this.#load(request, (entry, startedAt) => this.#keepAlone(local, entry, startedAt, sought.error))
    }
  }

  async #seek(shared: SharedTier, request: LoadRequest): Promise<Sought> {
    try {
      const askedAt = performance.now()
      const entry = await this.#readShared(shared, request.key)
      return entry ? { state: 'hit', entry, askedAt } : await this.#acquire(shared, request)
    } catch (error) {
      return { state: 'failed', error }
    }
  }

  async #acquire(shared: SharedTier, { key, terms }: LoadRequest): Promise<Sought> {
    const waitUntil = performance.now() + this.#settings.waitMs
    for (let attempt = 0; ; attempt++) {
      const askedAt = performance.now()
      const acquired = await shared.acquire(key, terms)
      if (acquired.state === 'lease') return acquired
      if (acquired.state === 'hit') return { ...acquired, askedAt }
      const leftMs = waitUntil - performance.now()
      if (leftMs <= 0) return { state: 'foreign' }
      await pause(Math.min(leftMs, pollDelayMs(attempt)), undefined, { ref: false, signal: this.#closing })
    }
  }

  async #loadUnderLease(request: LoadRequest, local: MemoryLease | undefined, lease: Lease): Promise<unknown> {
    let isFilled = false
    try {
      return await this.#load(request, async (entry, startedAt) => {
        const filledAt = performance.now()
        try {
          const stored = await lease.fill(entry)
          isFilled = true
          if (stored) this.#keep(local, entry, filledAt)
          return { ...notStored, stored }
        } catch (error) {
          return this.#keepAlone(local, entry, startedAt, error)
        }
      })
    } finally {
      if (!isFilled) void lease.release()
    }
  }

  /** Runs the loader and stores what it brings, unless that is `undefined`. */
  async #load(
    { key, terms, load }: LoadRequest,
    store: (entry: Entry, startedAt: number) => Stored | Promise<Stored>,
  ): Promise<unknown> {
    const startedAt = performance.now()
    let endedAt: number | undefined
    let outcome = notStored
    try {
      const value = await load()
      endedAt = performance.now()
      if (value === undefined) return undefined
      const plain = toPlainValue(value, key)
      outcome = await store({ plain, ttlMs: terms.ttlMs, tags: terms.tags }, startedAt)
      return value
    } catch (error) {
      outcome = { ...notStored, error }
      throw error
    } finally {
      const durationMs = (endedAt ?? performance.now()) - startedAt
      loadChannel.publish({ namespace: this.#settings.namespace, key, durationMs, ...outcome })
    }
  }

  async #readShared(shared: SharedTier, key: string): Promise<Entry | undefined> {
    const askedAt = performance.now()
    let entry: Entry | undefined
    let error: unknown
    try {
      entry = await shared.read(key)
      return entry
    } catch (failure) {
      error = failure
      throw failure
    } finally {
      const outcome = { hit: entry !== undefined, degraded: error !== undefined, error }
      const durationMs = performance.now() - askedAt
      readChannel.publish({ namespace: this.#settings.namespace, key, tier: shared.name, durationMs, ...outcome })
    }
  }

  /** Keeps in memory what the shared tier could not take: counted from when the source was asked, as nothing fences it. */
  #keepAlone(local: MemoryLease | undefined, entry: Entry, startedAt: number, error: unknown): Stored {
    this.#keep(local, entry, startedAt)
    return { stored: false, degraded: true, error }
  }

  /** Keeps an entry in memory for what is left, since it was known to be good, of its own time and of memory's. */
  #keep(local: MemoryLease | undefined, { plain, tags, ttlMs }: Entry, goodAt: number): boolean {
    const ageMs = this.#settings.shared === undefined ? 0 : performance.now() - goodAt
    const leftMs = Math.min(ttlMs, this.#settings.memoryTtlMs) - ageMs
    return leftMs > 0 && local !== undefined && local.fill({ plain, tags, ttlMs: leftMs })
  }
}

/** From 10 ms doubling up to 160 ms, of which the second half is left to chance, so that waiters do not come together. */
function pollDelayMs(attempt: number): number {
  const delayMs = 10 * 2 ** Math.min(attempt, 4)
  return delayMs / 2 + (Math.random() * delayMs) / 2
}
