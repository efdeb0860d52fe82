import { checkCost } from './cost.ts'
import { KeySlots, type SlotOwner } from './key-slots.ts'
import { createMeter } from './meters/create-meter.ts'
import { longer, windowUsOf, type Meter } from './meters/meter.ts'
import type { Quota, Verdict } from './store.ts'

/** The counters and the blocks of one quota by key. Times are whole microseconds. */
export class KeyTable implements SlotOwner {
  readonly #quota: Quota
  readonly #meter: Meter
  readonly #keys: KeySlots
  /** Until when each slot is blocked; left out while none ever was. */
  #blocks: Float64Array | undefined
  #slots = 0
  #now = 0
  /** From when on nothing is held at all. */
  #emptyAt = 0

  constructor(quota: Quota, maxKeys: number) {
    this.#quota = quota
    this.#meter = createMeter(quota)
    this.#keys = new KeySlots(this, maxKeys)
  }

  get size(): number {
    return this.#keys.size
  }

  consume(key: string, cost: number, blockMs: number, now: number): Verdict {
    const slot = this.#begin(key, cost, now)
    const waitUs = this.#waitUs(slot, cost)
    return waitUs > 0 ? this.#refuse(slot, key, waitUs, blockMs) : this.#admit(slot, key, cost)
  }

  /** How long a claim has to wait. */
  waitUs(key: string, cost: number, now: number): number {
    return this.#waitUs(this.#begin(key, cost, now), cost)
  }

  /** Counts a claim that need not wait. */
  admit(key: string, cost: number): Verdict {
    return this.#admit(this.#keys.find(key), key, cost)
  }

  /** Refuses a claim that has to wait, and blocks its key for so long. */
  refuse(key: string, waitUs: number, blockMs: number): Verdict {
    return this.#refuse(this.#keys.find(key), key, waitUs, blockMs)
  }

  /** What a claim of so much would find. */
  peek(key: string, cost: number, now: number): Verdict {
    const slot = this.#begin(key, cost, now)
    const waitUs = this.#waitUs(slot, cost)
    return waitUs > 0 ? this.#refused(slot, waitUs) : this.#look(slot, 0)
  }

  adjust(key: string, cost: number, now: number, stamp: number | undefined): Verdict {
    const slot = this.#begin(key, Math.abs(cost), now)
    this.#waitUs(slot, 0)
    if (cost > 0) this.#add(slot < 0 ? this.#keys.take(key) : slot, cost)
    if (cost < 0 && slot >= 0) this.#meter.takeBack(slot, -cost, this.#now, stamp)
    return this.peek(key, 1, now)
  }

  block(key: string, ms: number, now: number): void {
    const slot = this.#begin(key, 0, now)
    if (ms > 0 || slot >= 0) this.#block(slot, key, ms)
  }

  reset(key: string): void {
    const slot = this.#keys.find(key)
    if (slot >= 0) this.clear(slot)
  }

  /** Whether nothing is held at all. */
  isIdle(now: number): boolean {
    return now >= this.#emptyAt
  }

  isEmpty(slot: number): boolean {
    return this.#meter.emptyAt(slot) <= this.#now && this.#blockedUs(slot) === 0
  }

  clear(slot: number): void {
    this.#meter.clear(slot)
    if (this.#blocks !== undefined) this.#blocks[slot] = 0
  }

  grow(slots: number): void {
    this.#slots = slots
    this.#meter.grow(slots)
    if (this.#blocks !== undefined) this.#blocks = longer(this.#blocks, slots)
  }

  /** Begins an operation at a time: the slot of its key. A clock that goes back stands still here. */
  #begin(key: string, cost: number, now: number): number {
    checkCost(this.#quota, cost)
    if (now > this.#now) this.#now = now
    return this.#keys.find(key)
  }

  #waitUs(slot: number, cost: number): number {
    if (slot < 0) return cost <= this.#quota.burst ? 0 : windowUsOf(this.#quota)
    const waitUs = this.#meter.waitUs(slot, cost, this.#now)
    return this.#blocks === undefined ? waitUs : Math.max(this.#blockedUs(slot), waitUs)
  }

  #admit(slot: number, key: string, cost: number): Verdict {
    if (cost === 0) return this.#look(slot, this.#now)
    const taken = slot < 0 ? this.#keys.take(key) : slot
    this.#add(taken, cost)
    return this.#look(taken, this.#now)
  }

  #refuse(slot: number, key: string, waitUs: number, blockMs: number): Verdict {
    if (blockMs === 0 || this.#blockedUs(slot) > 0) return this.#refused(slot, waitUs)
    return this.#refused(this.#block(slot, key, blockMs), Math.max(waitUs, blockMs * 1_000))
  }

  #add(slot: number, cost: number): void {
    const emptyAt = this.#meter.add(slot, cost, this.#now)
    if (emptyAt > this.#emptyAt) this.#emptyAt = emptyAt
  }

  #block(slot: number, key: string, ms: number): number {
    const taken = slot < 0 ? this.#keys.take(key) : slot
    const until = this.#now + ms * 1_000
    this.#blocks ??= new Float64Array(this.#slots)
    this.#blocks[taken] = until
    if (until > this.#emptyAt) this.#emptyAt = until
    return taken
  }

  #blockedUs(slot: number): number {
    if (this.#blocks === undefined || slot < 0) return 0
    return Math.max(0, (this.#blocks[slot] ?? 0) - this.#now)
  }

  #look(slot: number, stamp: number): Verdict {
    const resetUs = slot < 0 ? 0 : this.#meter.resetUs(slot, this.#now)
    return { allowed: true, remaining: this.#remaining(slot), resetMs: toMs(resetUs), retryAfterMs: 0, stamp }
  }

  #refused(slot: number, waitUs: number): Verdict {
    const remaining = this.#blockedUs(slot) > 0 ? 0 : this.#remaining(slot)
    const ms = toMs(waitUs)
    return { allowed: false, remaining, resetMs: ms, retryAfterMs: ms, stamp: 0 }
  }

  #remaining(slot: number): number {
    return slot < 0 ? this.#quota.burst : this.#meter.remaining(slot, this.#now)
  }
}

function toMs(us: number): number {
  return Math.ceil(us / 1_000)
}
