import type { Exchange } from '@seawall/guard'
import { LRUCache } from 'lru-cache'
import type { Cache } from '../cache.ts'
import { encodeKey, type CacheKey } from '../encode-key.ts'
import type { HttpSettings } from './http-options.ts'
import type { RequestPlan } from './request-plan.ts'
import { ageOf, isStored, type StoredResponse } from './stored-response.ts'
import { Turn } from './turn.ts'

/** How long a handler may take before those who wait for it go themselves. */
const hardDeadlineMs = 10_000
/** For how long a response that must not be kept is not waited for, in milliseconds. */
const passMs = 10_000
const variantsMs = 60_000
const maxTurns = 3

/** What a request gets: a response that is kept, its turn to bring one, or neither. */
export type Outcome = StoredResponse | Turn | undefined

/** Responses in a cache, and whose turn it is to bring one. */
export class ResponseStore {
  readonly #cache: Cache
  readonly #settings: HttpSettings
  /** Keys whose responses are not kept. */
  readonly #passing = new LRUCache<string, true>({ max: 10_000, ttl: passMs })
  /** The variants of a resource that were taken up. */
  readonly #variants = new LRUCache<string, Set<string>>({ max: 1_000, ttl: variantsMs, noUpdateTTL: true })
  /** Keys whose stale response is being replaced. */
  readonly #replacing = new Set<string>()

  constructor(cache: Cache, settings: HttpSettings) {
    this.#cache = cache
    this.#settings = settings
  }

  /** The fresh response that memory has. */
  peek(key: CacheKey): StoredResponse | undefined {
    const known = this.#cache.peek(key)
    return isStored(known) && this.#isFresh(known) ? known : undefined
  }

  async find(exchange: Exchange, plan: RequestPlan & { readonly key: CacheKey }): Promise<Outcome> {
    const id = encodeKey(plan.key)
    if (this.#passing.has(id)) return undefined
    const known = await this.#cache.get(plan.key)
    if (isStored(known)) {
      if (this.#isFresh(known) || exchange.method === 'HEAD' || this.#replacing.has(id)) return known
      return this.#takeTurn(exchange, plan.key, id, true)
    }
    if (exchange.method === 'HEAD' || !this.#takesVariant(plan.resource, id)) return undefined
    for (let turns = 0; turns < maxTurns; turns++) {
      const outcome = await this.#takeTurn(exchange, plan.key, id, false)
      if (outcome !== 'failed') return outcome
    }
    return undefined
  }

  /** Responses of this key are not waited for in the near future. */
  pass(key: CacheKey): void {
    this.#passing.set(encodeKey(key), true)
  }

  #takeTurn(exchange: Exchange, key: CacheKey, id: string, isStale: true): Promise<Outcome>
  #takeTurn(exchange: Exchange, key: CacheKey, id: string, isStale: false): Promise<Outcome | 'failed'>
  async #takeTurn(exchange: Exchange, key: CacheKey, id: string, isStale: boolean): Promise<Outcome | 'failed'> {
    const turn = new Turn()
    const tags = [...this.#settings.tags(exchange)]
    const options = { tags, hardDeadlineMs, staleMs: 0, staleIfErrorMs: 0, errorTtlMs: 0, earlyRefresh: 0, jitter: 0 }
    const found = isStale ? this.#cache.refresh(key, turn.load, options) : this.#cache.getOrSet(key, turn.load, options)
    if (isStale) this.#replacing.add(id)
    const settled = found
      .then(
        (value) => (isStored(value) ? value : undefined),
        () => 'failed' as const,
      )
      .finally(() => {
        if (isStale) this.#replacing.delete(id)
      })
    const outcome = await Promise.race([settled, turn.begun.then(() => turn)])
    return isStale && outcome === 'failed' ? undefined : outcome
  }

  /** Where nothing is served stale, the tier ends a response by its own clock: those of two hosts need not agree. */
  #isFresh(stored: StoredResponse): boolean {
    return this.#settings.staleMs === 0 || ageOf(stored) < stored.freshMs
  }

  #takesVariant(resource: string, id: string): boolean {
    const known = this.#variants.get(resource)
    if (known === undefined) this.#variants.set(resource, new Set([id]))
    else if (!known.has(id) && known.size >= this.#settings.maxVariants) return false
    else known.add(id)
    return true
  }
}
