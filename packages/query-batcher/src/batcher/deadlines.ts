/** What can be late. It is itself a link of the list that it waits in. */
export interface Expiring {
  /** The turn of its deadlines in which it is late. */
  lateInTurn: number
  earlier: Expiring | undefined
  later: Expiring | undefined
  /** It is late. */
  expire(): void
}

/** In how many turns a deadline is reached, where it is that many milliseconds long. */
const mostTurns = 8

/**
 * Deadlines of one length, which fall due in the order in which they were set. Time is told in turns of one timer, as to
 * read the clock would cost a small batch more than all else here; so a deadline can be reached a turn too late, and
 * never too early. They belong to the process, for a batcher often lives no longer than a request.
 */
export class Deadlines {
  readonly #turnMs: number
  readonly #turns: number
  /** Closes the list to a ring, so that to take one out needs no list: its `later` is the first, its `earlier` the last. */
  readonly #ring = emptyRing()
  #turn = 0
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(lengthMs: number) {
    this.#turnMs = Math.ceil(lengthMs / mostTurns)
    this.#turns = Math.ceil(lengthMs / this.#turnMs)
  }

  /** Calls `expire` when the time is over, or up to an eighth of it later, unless the deadline is lifted before. */
  set(one: Expiring): void {
    // part of the current turn is over, unless it begins here
    one.lateInTurn = this.#turn + this.#turns + (this.#timer === undefined ? 0 : 1)
    this.#timer ??= setInterval(() => this.#nextTurn(), this.#turnMs).unref()
    const last = this.#ring.earlier
    one.earlier = last
    one.later = this.#ring
    if (last !== undefined) last.later = one
    this.#ring.earlier = one
  }

  #nextTurn(): void {
    this.#turn++
    for (let one = this.#ring.later; one !== undefined && one !== this.#ring; one = this.#ring.later) {
      if (one.lateInTurn > this.#turn) return
      liftDeadline(one)
      one.expire()
    }
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/** Bounds the lengths that are shared; those of a dropped one that are in use go on by themselves. */
const maxLengths = 100
const byLength = new Map<number, Deadlines>()

/** The deadlines of this length, for whoever sets them to keep. */
export function deadlinesOf(lengthMs: number): Deadlines {
  const known = byLength.get(lengthMs)
  if (known !== undefined) return known
  if (byLength.size >= maxLengths) byLength.clear()
  const deadlines = new Deadlines(lengthMs)
  byLength.set(lengthMs, deadlines)
  return deadlines
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
  const ring: Expiring = { lateInTurn: 0, earlier: undefined, later: undefined, expire: () => undefined }
  ring.earlier = ring
  ring.later = ring
  return ring
}
