/** Lets at most so many run at a time; the others wait in the order of their arrival. */
export class Slots {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(max: number) {
    this.#free = max
  }

  /** Starts now, or as soon as there is a place. Whoever has started must `leave`. */
  enter(start: () => void): void {
    if (this.#free === 0) {
      this.#waiting.add(start)
      return
    }
    this.#free--
    start()
  }

  /** Gives the place back, or up the wait for it. */
  leave(start: () => void): void {
    if (this.#waiting.delete(start)) return
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free++
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
