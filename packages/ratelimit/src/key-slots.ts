import { randomInt } from 'node:crypto'

/** How many slots share the keys that find the table full. */
const shared = 4_096
/** How many slots a new key looks at for one that is empty: while there is room, and when there is none. */
const glance = 2
const search = 16

/** What the slots belong to. */
export interface SlotOwner {
  /** Whether a slot holds nothing any more. */
  isEmpty(slot: number): boolean
  /** Empties a slot for a new key. */
  clear(slot: number): void
  /** Makes room for so many slots. */
  grow(slots: number): void
}

/**
 * Which key has which slot. A key that still holds something never loses its slot to another, so no flood of keys frees
 * anyone: when all are taken, new keys share a few slots by a hash, each at least as strict as every key in it. No
 * timers: every new key looks for an empty slot in passing.
 */
export class KeySlots {
  readonly #owner: SlotOwner
  readonly #maxKeys: number
  readonly #slots = new Map<string, number>()
  /** The key of each slot. */
  readonly #keys: string[] = []
  #capacity = 0
  /** The next slot to look at. */
  #hand = 0
  /** Whether keys have had to share. */
  #isShared = false
  /** Secret, so that no one can choose keys that share a slot with a victim's. */
  readonly #seed = randomInt(2 ** 32)

  constructor(owner: SlotOwner, maxKeys: number) {
    this.#owner = owner
    this.#maxKeys = maxKeys
  }

  get size(): number {
    return this.#slots.size
  }

  /** The slot of a key that may hold something, or -1. */
  find(key: string): number {
    const slot = this.#slots.get(key)
    if (slot !== undefined) return slot
    if (!this.#isShared) return -1
    const common = this.#sharedSlot(key)
    return this.#owner.isEmpty(common) ? -1 : common
  }

  /** A slot for a key that has none. */
  take(key: string): number {
    const slot = this.#empty()
    if (slot < 0) return this.#share(key)
    // Number() makes one flat string of a key that was put together, or the parts would be kept beside it.
    Number(key)
    this.#slots.set(key, slot)
    this.#keys[slot] = key
    return slot
  }

  #empty(): number {
    const hasRoom = this.#keys.length < this.#maxKeys
    const looks = Math.min(hasRoom ? glance : search, this.#keys.length)
    for (let look = 0; look < looks; look++) {
      const slot = this.#hand
      this.#hand = slot + 1 < this.#keys.length ? slot + 1 : 0
      if (this.#owner.isEmpty(slot)) return this.#vacate(slot)
    }
    if (!hasRoom) return -1
    if (this.#keys.length === this.#capacity) this.#grow()
    return this.#keys.length
  }

  #vacate(slot: number): number {
    this.#slots.delete(this.#keys[slot] ?? '')
    this.#owner.clear(slot)
    return slot
  }

  #grow(): void {
    this.#capacity = Math.min(this.#maxKeys, Math.max(16, Math.ceil(this.#capacity * 1.5)))
    this.#owner.grow(this.#capacity)
  }

  #share(key: string): number {
    if (!this.#isShared) this.#owner.grow(this.#maxKeys + shared)
    this.#isShared = true
    return this.#sharedSlot(key)
  }

  #sharedSlot(key: string): number {
    let hash = this.#seed
    for (let index = 0; index < key.length; index++) {
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
      hash ^= hash >>> 15
    }
    return this.#maxKeys + ((hash >>> 0) % shared)
  }
}
