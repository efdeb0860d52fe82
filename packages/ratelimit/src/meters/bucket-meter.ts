import type { Quota } from '../store.ts'
import { longer, rounding, windowUsOf, type Meter } from './meter.ts'

/**
 * GCRA, told as the bucket it is: a level that sinks steadily and never rises above `burst`. As a level, not as the
 * theoretical arrival time, it keeps its precision where one claim is worth less than a microsecond.
 */
export class BucketMeter implements Meter {
  readonly #burst: number
  readonly #windowUs: number
  /** How much leaves a level in a microsecond. */
  readonly #rate: number
  /** The level of each slot, as it was at... */
  #levels = new Float64Array(0)
  /** ...this time. */
  #times = new Float64Array(0)

  constructor(quota: Quota) {
    this.#burst = quota.burst
    this.#windowUs = windowUsOf(quota)
    this.#rate = quota.limit / this.#windowUs
  }

  grow(slots: number): void {
    this.#levels = longer(this.#levels, slots)
    this.#times = longer(this.#times, slots)
  }

  waitUs(slot: number, cost: number, now: number): number {
    const excess = this.#level(slot, now) + cost - this.#burst
    if (excess <= rounding || cost === 0) return 0
    return cost > this.#burst ? this.#windowUs : (excess - rounding / 2) / this.#rate
  }

  add(slot: number, cost: number, now: number): number {
    const level = this.#level(slot, now) + cost
    this.#levels[slot] = level
    this.#times[slot] = now
    return now + level / this.#rate
  }

  takeBack(slot: number, cost: number, now: number, stamp: number | undefined): void {
    if (stamp !== undefined && now - stamp >= this.#windowUs) return
    this.#levels[slot] = Math.max(0, this.#level(slot, now) - cost)
    this.#times[slot] = now
  }

  remaining(slot: number, now: number): number {
    return Math.max(0, Math.floor(this.#burst - this.#level(slot, now) + rounding))
  }

  resetUs(slot: number, now: number): number {
    const level = this.#level(slot, now)
    if (level === 0) return 0
    const next = Math.max(0, Math.floor(this.#burst - level + rounding)) + 1
    return Math.min(level, level + next - this.#burst) / this.#rate
  }

  emptyAt(slot: number): number {
    return (this.#times[slot] ?? 0) + (this.#levels[slot] ?? 0) / this.#rate
  }

  clear(slot: number): void {
    this.#levels[slot] = 0
  }

  #level(slot: number, now: number): number {
    const level = (this.#levels[slot] ?? 0) - (now - (this.#times[slot] ?? 0)) * this.#rate
    return level > 0 ? level : 0
  }
}
