/** How much the latest borrower counts. */
const weight = 1 / 8
/** Of fewer nothing is concluded. */
const fewest = 32

/** How long borrowers keep a connection, of late, and what that means for those who wait (Little's law). */
export class HoldTime {
  #averageMs = 0
  #count = 0

  /** Notes how long one borrower had a connection. */
  note(ms: number): void {
    this.#averageMs += (ms - this.#averageMs) * (this.#count < fewest ? 1 / (this.#count + 1) : weight)
    this.#count++
  }

  /** How long somebody waits who comes after so many others, where so many are served at a time. */
  expectedWaitMs(ahead: number, served: number): number {
    if (this.#count < fewest) return 0
    return Math.ceil((ahead / served) * this.#averageMs)
  }
}
