import type { Quota } from '../store.ts'
import type { Measure, Taken } from './taker.ts'

/** Some of a quota, taken at once to be given out one by one for a while. */
export class Lease {
  readonly quota: Quota
  readonly stamp: number
  readonly #count: number
  /** Until when it may be given out. */
  readonly #until: number
  #left: number
  /** When one was first given out to a request that did not wait, and how many were left then. */
  #since = 0
  #leftSince = 0
  /** Whether the next one was asked for. */
  #isFollowed = false

  constructor({ quota, holdMs }: Measure, { count, stamp, verdict }: Taken, sentAt: number) {
    this.quota = quota
    this.stamp = stamp
    this.#count = count
    this.#left = count
    // A fixed window may end before the lease does; resets are rounded up.
    this.#until = sentAt + (quota.algorithm === 'fixed' ? Math.min(holdMs, verdict.resetMs - 1) : holdMs)
  }

  /** How many can still be given out. */
  get left(): number {
    return this.#left
  }

  isUsable(now: number): boolean {
    return this.#left > 0 && now < this.#until
  }

  giveOne(): void {
    this.#left--
  }

  /**
   * Whether to ask for the next one, once at the most: when half is used up, so fast that the other half and as much as all
   * of it again would be given out before its time is over. Is told about every one given out to a request that did not
   * wait, since those that waited come all at once, however slow the key is.
   *
   * @param beside - What remained beside it: less than as much again is left to others.
   */
  wantsNext(now: number, beside: number): boolean {
    if (this.#since === 0) {
      this.#since = now
      this.#leftSince = this.#left
      return false
    }
    if (this.#isFollowed || this.#left === 0 || 2 * this.#left > this.#count || beside < this.#count) return false
    const given = this.#leftSince - this.#left
    if (given * (this.#until - now) <= (this.#left + this.#count) * (now - this.#since)) return false
    this.#isFollowed = true
    return true
  }

  /** What of it can be brought back. What may have leaked out of its bucket since would be others' credit. */
  unused(now: number): number {
    const { algorithm, limit, windowMs } = this.quota
    if (algorithm !== 'gcra') return this.#left
    return this.#left - (Math.max(0, now - this.#until) * limit) / windowMs
  }
}
