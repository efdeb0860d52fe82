/** The stamps of the last admitted requests, oldest first, in a ring that grows up to a limit. */
export class RollingLog {
  readonly #limit: number
  /** The ring; its unused places hold stale stamps. */
  #ring: number[]
  /** The place of the oldest stamp. */
  #first = 0
  /** The number of stamps. */
  #size: number

  constructor(limit: number, stamps: readonly number[] = []) {
    this.#limit = limit
    this.#ring = [...stamps]
    this.#size = stamps.length
  }

  get size(): number {
    return this.#size
  }

  get isFull(): boolean {
    return this.#size >= this.#limit
  }

  /** The oldest stamp; of an empty log it means nothing. */
  get oldest(): number {
    return this.#ring[this.#first] ?? 0
  }

  /** Drops the stamps that are a window old or older. */
  forget(now: number, windowMs: number): void {
    while (this.#size > 0 && now - this.oldest >= windowMs) {
      this.#first = (this.#first + 1) % this.#ring.length
      this.#size--
    }
  }

  /** Adds the newest stamp to a log that is not full. */
  add(stamp: number): void {
    if (this.#size === this.#ring.length) this.#grow(stamp)
    this.#ring[(this.#first + this.#size) % this.#ring.length] = stamp
    this.#size++
  }

  stamps(): number[] {
    return Array.from({ length: this.#size }, (_, index) => this.#ring[(this.#first + index) % this.#ring.length] ?? 0)
  }

  #grow(filler: number): void {
    const stamps = this.stamps()
    const length = Math.min(this.#limit, Math.max(4, stamps.length * 2))
    while (stamps.length < length) stamps.push(filler)
    this.#ring = stamps
    this.#first = 0
  }
}
