import type { Quota } from '../store.ts'
import { longer, windowUsOf, type Meter } from './meter.ts'

/** A counter that begins with the first claim and is forgotten a window later. */
export class WindowMeter implements Meter {
  readonly #limit: number
  readonly #windowUs: number
  #counts = new Float64Array(0)
  /** When the window of each slot ends. */
  #ends = new Float64Array(0)

  constructor(quota: Quota) {
    this.#limit = quota.limit
    this.#windowUs = windowUsOf(quota)
  }

  grow(slots: number): void {
    this.#counts = longer(this.#counts, slots)
    this.#ends = longer(this.#ends, slots)
  }

  waitUs(slot: number, cost: number, now: number): number {
    if (cost === 0 || this.#count(slot, now) + cost <= this.#limit) return 0
    return cost > this.#limit ? this.#windowUs : (this.#ends[slot] ?? 0) - now
  }

  add(slot: number, cost: number, now: number): number {
    const current = this.#ends[slot] ?? 0
    const end = now < current ? current : now + this.#windowUs
    this.#counts[slot] = this.#count(slot, now) + cost
    this.#ends[slot] = end
    return end
  }

  takeBack(slot: number, cost: number, now: number, stamp: number | undefined): void {
    const end = this.#ends[slot] ?? 0
    if (stamp !== undefined && stamp < end - this.#windowUs) return
    this.#counts[slot] = Math.max(0, this.#count(slot, now) - cost)
  }

  remaining(slot: number, now: number): number {
    return Math.max(0, this.#limit - this.#count(slot, now))
  }

  resetUs(slot: number, now: number): number {
    return this.#count(slot, now) === 0 ? 0 : (this.#ends[slot] ?? 0) - now
  }

  emptyAt(slot: number): number {
    return this.#ends[slot] ?? 0
  }

  clear(slot: number): void {
    this.#counts[slot] = 0
    this.#ends[slot] = 0
  }

  #count(slot: number, now: number): number {
    return now < (this.#ends[slot] ?? 0) ? (this.#counts[slot] ?? 0) : 0
  }
}
