/** Lets at most so many run at a time; the others wait in the order of their arrival. */
export class Slots {
  #free: number
  /** Whether `#fill` is at work, further up the stack. */
  #isFilling = false
  readonly #waiting = new Set<() => void>()

  constructor(max: number) {
    this.#free = max
  }

  /** Starts now, or as soon as there is a place. Whoever has started must `leave`. */
  enter(start: () => void): void {
    this.#waiting.add(start)
    this.#fill()
  }

  /** Gives the place back, or up the wait for it. */
  leave(start: () => void): void {
    if (this.#waiting.delete(start)) return
    this.#free++
    this.#fill()
  }

  /** In a loop, for whoever starts may leave at once, and thousands may wait. */
  #fill(): void {
    if (this.#isFilling) return
    this.#isFilling = true
    try {
      for (const start of this.#waiting) {
        if (this.#free === 0) return
        this.#waiting.delete(start)
        this.#free--
        start()
      }
    } finally {
      this.#isFilling = false
    }
  }
}
