import { Deadline } from './deadline.ts'

/** A caller that waits for an item, and its place in the line. */
export interface Waiter<T> {
  /** Until when, on the clock of `performance.now()`. */
  readonly deadline: number
  /** Since when. */
  readonly since: number
  /** Its place, which the queue keeps. */
  readonly place: Place<T>
  /** Called when it is its turn. */
  serve(item: T): void
  /** Called when there is nothing to wait for any more. */
  fail(error: unknown): void
}

/** A waiter's place in the line. */
export class Place<T> {
  before: Waiter<T> | undefined
  after: Waiter<T> | undefined
  isTaken = false
  /** A timer of its own, where it may not wait as long as those before it. */
  timer: NodeJS.Timeout | undefined
}

/**
 * Callers that wait for an item, first come, first served, each until its deadline. A list of links rather than an array or
 * a set: to come, to be served and to leave take the same time however many wait. One timer serves all whose deadlines come
 * in the order of the line, as they do when all may wait equally long.
 */
export class WaitQueue<T> {
  readonly #onTimeout: (waiter: Waiter<T>) => unknown
  readonly #deadline = new Deadline(() => this.#expire())
  #first: Waiter<T> | undefined
  #last: Waiter<T> | undefined
  #size = 0
  /** The latest of the deadlines that the common timer sees to. */
  #latest = 0

  /**
   * @param onTimeout - Makes the error for a caller whose deadline has passed.
   */
  constructor(onTimeout: (waiter: Waiter<T>) => unknown) {
    this.#onTimeout = onTimeout
  }

  /** How many wait. */
  get size(): number {
    return this.#size
  }

  /** Waits for an item. */
  add(waiter: Waiter<T>): void {
    const { place, deadline } = waiter
    place.isTaken = true
    place.before = this.#last
    if (this.#last) this.#last.place.after = waiter
    else this.#first = waiter
    this.#last = waiter
    // Somebody waits for this answer, and while the server is away no socket keeps the process alive for it.
    if (++this.#size === 1) this.#deadline.keepProcess(true)
    if (deadline < this.#latest) return this.#watchAlone(waiter)
    this.#latest = deadline
    this.#deadline.watch(deadline)
  }

  /** Takes out the caller that has waited longest. */
  shift(): Waiter<T> | undefined {
    const first = this.#first
    if (first) this.remove(first)
    return first
  }

  /** Lets a caller leave: whether it was still waiting. */
  remove({ place }: Waiter<T>): boolean {
    if (!place.isTaken) return false
    place.isTaken = false
    if (place.before) place.before.place.after = place.after
    else this.#first = place.after
    if (place.after) place.after.place.before = place.before
    else this.#last = place.before
    place.before = undefined
    clearTimeout(place.timer)
    if (--this.#size === 0) this.#deadline.keepProcess(false)
    return true
  }

  /** Rejects all who wait, each with an error of its own. */
  failAll(errorOf: () => unknown): void {
    for (let waiter = this.shift(); waiter; waiter = this.shift()) waiter.fail(errorOf())
  }

  #watchAlone(waiter: Waiter<T>): void {
    waiter.place.timer = setTimeout(() => this.#timeOut(waiter), Math.max(1, waiter.deadline - performance.now()))
  }

  #timeOut(waiter: Waiter<T>): void {
    if (this.remove(waiter)) waiter.fail(this.#onTimeout(waiter))
  }

  /** Rejects those whose deadline has passed, and tells when the next one does. */
  #expire(): number {
    const now = performance.now()
    let waiter = this.#first
    while (waiter) {
      const { after, timer } = waiter.place
      if (!timer && waiter.deadline > now) return waiter.deadline
      if (!timer) this.#timeOut(waiter)
      waiter = after
    }
    return Infinity
  }
}
