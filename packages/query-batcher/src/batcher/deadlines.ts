/** What can be late. It is itself a link of the list that it waits in. */
export interface Expiring {
  /** When it is late, on the clock of `performance.now`. */
  expiresAt: number
  earlier: Expiring | undefined
  later: Expiring | undefined
  /** It is late. */
  expire(): void
}

/**
 * Deadlines of one length, which fall due in the order in which they were set: one timer serves them all, and to set and
 * to lift one changes two links. They belong to the process, for a batcher often lives no longer than a request.
 */
class Deadlines {
  readonly #lengthMs: number
  /** Closes the list to a ring, so that to take one out needs no list: its `later` is the first, its `earlier` the last. */
  readonly #ring = emptyRing()
  #isArmed = false

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs
  }

  set(one: Expiring): void {
    one.expiresAt = performance.now() + this.#lengthMs
    const last = this.#ring.earlier
    one.earlier = last
    one.later = this.#ring
    if (last !== undefined) last.later = one
    this.#ring.earlier = one
    if (!this.#isArmed) this.#arm(this.#lengthMs)
  }

  #arm(delayMs: number): void {
    this.#isArmed = true
    setTimeout(() => this.#expire(), delayMs).unref()
  }

  #expire(): void {
    this.#isArmed = false
    for (let one = this.#ring.later; one !== undefined && one !== this.#ring; one = this.#ring.later) {
      const leftMs = one.expiresAt - performance.now()
      if (leftMs > 0) {
        if (!this.#isArmed) this.#arm(Math.ceil(leftMs))
        return
      }
      liftDeadline(one)
      one.expire()
    }
    if (!this.#isArmed) byLength.delete(this.#lengthMs)
  }
}

/** Those lengths for which something has been pending lately. */
const byLength = new Map<number, Deadlines>()

/** Calls `expire` after so many milliseconds, unless the deadline is lifted before. */
export function setDeadline(lengthMs: number, one: Expiring): void {
  const known = byLength.get(lengthMs)
  if (known !== undefined) {
    known.set(one)
    return
  }
  const deadlines = new Deadlines(lengthMs)
  byLength.set(lengthMs, deadlines)
  deadlines.set(one)
}

/** Lifts a deadline, if one is set. */
export function liftDeadline(one: Expiring): void {
  const { earlier, later } = one
  if (earlier === undefined || later === undefined) return
  earlier.later = later
  later.earlier = earlier
  one.earlier = undefined
  one.later = undefined
}

function emptyRing(): Expiring {
  const ring: Expiring = { expiresAt: 0, earlier: undefined, later: undefined, expire: () => undefined }
  ring.earlier = ring
  ring.later = ring
  return ring
}
