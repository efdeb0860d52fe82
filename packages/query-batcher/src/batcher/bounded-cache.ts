import type { CacheMap } from './batch-load-fn.ts'

/**
 * A bounded cache in two generations: when the young one holds half of the entries allowed, it becomes the old one, and
 * what was old is dropped. An entry that is read in the old one moves to the young one. So the recently used half
 * stays, and no step walks through entries as the eviction of single entries from a Map would.
 */
export class BoundedCache<C, V extends WeakKey> implements CacheMap<C, V> {
  readonly #half: number
  readonly #now: () => number
  /** How many entries the young generation still takes; those deleted from it count until it is old. */
  #room: number
  #young = new Map<C, V>()
  #old: Map<C, V> | undefined
  /** When values are too old; made when the first one gets a date. */
  #expiries: WeakMap<V, number> | undefined

  constructor(maxEntries: number, now: () => number) {
    this.#half = Math.floor(maxEntries / 2)
    this.#room = this.#half
    this.#now = now
  }

  get(key: C): V | undefined {
    const young = this.#young.get(key)
    const found = young !== undefined || this.#old === undefined ? young : this.#promote(key, this.#old)
    if (found === undefined || this.#expiries === undefined) return found
    const expiresAt = this.#expiries.get(found)
    if (expiresAt === undefined || this.#now() < expiresAt) return found
    this.delete(key)
    return undefined
  }

  set(key: C, value: V): void {
    if (this.#room-- === 0) {
      this.#old = this.#young
      this.#young = new Map()
      this.#room = this.#half - 1
    }
    this.#young.set(key, value)
  }

  delete(key: C): void {
    this.#young.delete(key)
    this.#old?.delete(key)
  }

  clear(): void {
    this.#young.clear()
    this.#old = undefined
    this.#room = this.#half
  }

  /** From then on the value of the key is not found any more. */
  expireAt(key: C, time: number): void {
    const value = this.#young.get(key) ?? this.#old?.get(key)
    if (value === undefined) return
    this.#expiries ??= new WeakMap()
    this.#expiries.set(value, time)
  }

  #promote(key: C, old: Map<C, V>): V | undefined {
    const value = old.get(key)
    if (value === undefined) return undefined
    old.delete(key)
    this.set(key, value)
    return value
  }
}
