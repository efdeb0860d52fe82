import { longer } from './meter.ts'

/** How long a ring is at first. */
const least = 8

/**
 * Rings of stamps in one array. They begin short and widen fourfold up to the limit, so that a key that is seldom used
 * costs little under a great limit. Where the limit is short anyway, there is one length.
 */
export class RingArena {
  /** How many stamps a ring holds, by its width. */
  readonly capacities: readonly number[]
  /** All rings. */
  stamps = new Float64Array(0)
  /** How much of it has been handed out. */
  #used = 0
  /** Where rings begin that were handed back, by width. */
  readonly #free: readonly number[][]

  constructor(limit: number) {
    const capacities: number[] = []
    for (let capacity = least; capacity < limit; capacity *= 4) capacities.push(capacity)
    this.capacities = [...capacities, limit]
    this.#free = this.capacities.map(() => [])
  }

  /** Makes room for so many of the shortest rings. */
  reserve(rings: number): void {
    const missing = this.#used + rings * (this.capacities[0] ?? 0) - this.stamps.length
    if (missing > 0) this.stamps = longer(this.stamps, this.stamps.length + missing)
  }

  /** Hands out a ring, and says where it begins. What it holds means nothing. */
  take(width: number): number {
    const freed = this.#free[width]?.pop()
    if (freed !== undefined) return freed
    const base = this.#used
    this.#used += this.capacities[width] ?? 0
    if (this.#used > this.stamps.length) this.stamps = longer(this.stamps, Math.ceil(this.#used * 1.5))
    return base
  }

  /** Takes a ring back. */
  give(width: number, base: number): void {
    this.#free[width]?.push(base)
  }
}
