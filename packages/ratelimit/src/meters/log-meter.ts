import type { Quota } from '../store.ts'
import { longer, windowUsOf, type Meter } from './meter.ts'
import { RingArena } from './ring-arena.ts'

/** What is known of a slot, side by side, since every decision needs all of it. */
const fields = 4
/** Where its ring begins. */
const base = 0
/** The place of the oldest stamp in it. */
const first = 1
/** The number of stamps in it. */
const size = 2
/** How wide it is. */
const width = 3

/**
 * A rolling log: of each slot the stamps of what was admitted in the last window, oldest first, in a ring. Every stamp is
 * written once and dropped once, so that a decision takes constant time on average.
 */
export class LogMeter implements Meter {
  readonly #limit: number
  readonly #windowUs: number
  readonly #rings: RingArena
  #slots = new Int32Array(0)

  constructor(quota: Quota) {
    this.#limit = quota.limit
    this.#windowUs = windowUsOf(quota)
    this.#rings = new RingArena(quota.limit)
  }

  grow(slots: number): void {
    const from = this.#slots.length / fields
    this.#slots = longer(this.#slots, slots * fields)
    this.#rings.reserve(slots - from)
    for (let slot = from; slot < slots; slot++) this.#slots[slot * fields + base] = this.#rings.take(0)
  }

  waitUs(slot: number, cost: number, now: number): number {
    const missing = this.#forget(slot, now) + cost - this.#limit
    if (missing <= 0) return 0
    return cost > this.#limit ? this.#windowUs : this.#stamp(slot, missing - 1) + this.#windowUs - now
  }

  add(slot: number, cost: number, now: number): number {
    const added = Math.min(cost, this.#limit)
    const excess = this.#get(slot, size) + added - this.#limit
    if (excess > 0) this.#drop(slot, excess)
    for (let count = 0; count < added; count++) this.#push(slot, now)
    return now + this.#windowUs
  }

  takeBack(slot: number, cost: number, _now: number, stamp: number | undefined): void {
    const held = this.#get(slot, size)
    if (stamp === undefined) {
      this.#set(slot, size, Math.max(0, held - cost))
      return
    }
    const stamps = Array.from({ length: held }, (_, index) => this.#stamp(slot, index))
    const from = stamps.indexOf(stamp)
    if (from < 0) return
    stamps.splice(from, Math.min(cost, stamps.lastIndexOf(stamp) + 1 - from))
    this.#set(slot, size, 0)
    for (const kept of stamps) this.#push(slot, kept)
  }

  remaining(slot: number): number {
    return this.#limit - this.#get(slot, size)
  }

  resetUs(slot: number, now: number): number {
    return this.#get(slot, size) === 0 ? 0 : this.#stamp(slot, 0) + this.#windowUs - now
  }

  emptyAt(slot: number): number {
    const held = this.#get(slot, size)
    return held === 0 ? 0 : this.#stamp(slot, held - 1) + this.#windowUs
  }

  clear(slot: number): void {
    this.#set(slot, size, 0)
    if (this.#get(slot, width) > 0) this.#replace(slot, 0)
  }

  /** Drops what is a window old or older, and says how many are left. */
  #forget(slot: number, now: number): number {
    let held = this.#get(slot, size)
    while (held > 0 && now - this.#stamp(slot, 0) >= this.#windowUs) {
      this.#drop(slot, 1)
      held--
    }
    return held
  }

  #drop(slot: number, count: number): void {
    this.#set(slot, first, this.#place(slot, count))
    this.#set(slot, size, this.#get(slot, size) - count)
  }

  /** The stamp so many after the oldest. */
  #stamp(slot: number, index: number): number {
    return this.#rings.stamps[this.#get(slot, base) + this.#place(slot, index)] ?? 0
  }

  #push(slot: number, stamp: number): void {
    const held = this.#get(slot, size)
    if (held === this.#capacity(slot)) this.#replace(slot, this.#get(slot, width) + 1)
    this.#rings.stamps[this.#get(slot, base) + this.#place(slot, held)] = stamp
    this.#set(slot, size, held + 1)
  }

  /** Gives a slot a ring of another width, in which its stamps stand from the beginning. */
  #replace(slot: number, newWidth: number): void {
    const newBase = this.#rings.take(newWidth)
    const held = this.#get(slot, size)
    for (let index = 0; index < held; index++) this.#rings.stamps[newBase + index] = this.#stamp(slot, index)
    this.#rings.give(this.#get(slot, width), this.#get(slot, base))
    this.#set(slot, base, newBase)
    this.#set(slot, first, 0)
    this.#set(slot, width, newWidth)
  }

  /** The place in its ring that comes so many after the oldest stamp's. */
  #place(slot: number, index: number): number {
    const place = this.#get(slot, first) + index
    const capacity = this.#capacity(slot)
    return place < capacity ? place : place - capacity
  }

  #capacity(slot: number): number {
    return this.#rings.capacities[this.#get(slot, width)] ?? 0
  }

  #get(slot: number, field: number): number {
    return this.#slots[slot * fields + field] ?? 0
  }

  #set(slot: number, field: number, value: number): void {
    this.#slots[slot * fields + field] = value
  }
}
