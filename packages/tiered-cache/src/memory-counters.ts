import type { Terms } from './entry-options.ts'
import type { Found } from './found.ts'
import type { DrawnLifetime } from './freshness.ts'
import type { HeldValue } from './held-value.ts'
import type { MemoryGate } from './memory-gate.ts'
import type { Sealed } from './seal-value.ts'

/** A value that may be stored. */
export interface Ready {
  readonly id: string
  readonly value: unknown
  readonly sealed: Sealed
  readonly lifetime: DrawnLifetime
}

type KeepTerms = Pick<Terms, 'earlyRefresh' | 'memoryTtlMs'>
const noBound: KeepTerms = { earlyRefresh: 0, memoryTtlMs: Infinity }
type What = Pick<Found, 'value' | 'isMutable' | 'bytes' | 'tags' | 'etag' | 'loadMs'>
/** What no loader has brought. */
const unloaded = { etag: undefined, loadMs: 0 }

/** Changes to memory where it is the only tier: what a shared tier does with `write` and its counters. */
export class MemoryCounters {
  readonly #gate: MemoryGate
  /** The moment of the change, on the monotonic clock. */
  readonly #now: number

  constructor(gate: MemoryGate, now: number) {
    this.#gate = gate
    this.#now = now
  }

  set({ id, value, sealed, lifetime }: Ready, terms: Terms): boolean {
    const { isMutable, bytes } = sealed
    return this.#keep(id, lifetime, { value, isMutable, bytes, tags: terms.tags, ...unloaded }, terms)
  }

  add(ready: Ready, terms: Terms): boolean {
    return this.#held(ready.id) === undefined && this.set(ready, terms)
  }

  increment(id: string, by: number, lifetime: DrawnLifetime): number | undefined {
    const held = this.#held(id)
    const sum = held === undefined ? by : Number.isSafeInteger(held.value) ? Number(held.value) + by : NaN
    if (!Number.isSafeInteger(sum)) return undefined
    const left = held && { softMs: held.softAt - this.#now, hardMs: held.hardAt - this.#now }
    const what = { value: sum, isMutable: false, bytes: 8, tags: held?.tags ?? [], ...unloaded }
    this.#keep(id, left ?? lifetime, what, noBound)
    return sum
  }

  touch(id: string, lifetime: DrawnLifetime): boolean {
    const held = this.#held(id)
    return held !== undefined && this.#keep(id, lifetime, held, noBound)
  }

  #held(id: string): HeldValue | undefined {
    const held = this.#gate.store?.read(id)
    return held !== undefined && held.hardAt > this.#now ? held : undefined
  }

  #keep(
    id: string,
    { softMs, hardMs }: DrawnLifetime,
    { value, isMutable, bytes, tags, etag, loadMs }: What,
    terms: KeepTerms,
  ): boolean {
    const times = { softAt: this.#now + softMs, hardAt: this.#now + hardMs, goodAt: this.#now }
    const rest = { payload: undefined, trouble: undefined, isStorable: true, isStored: false, isLoaded: false }
    const claim = this.#gate.claim(id)
    const isKept = this.#gate.keep(claim, { value, isMutable, bytes, tags, etag, loadMs, ...times, ...rest }, terms)
    this.#gate.release(claim)
    return isKept
  }
}
