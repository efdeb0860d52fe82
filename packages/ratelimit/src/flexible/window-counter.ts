import { hash } from 'node:crypto'
import type { Quota, Verdict } from '../store.ts'
import type { FlexibleLimiter, FlexibleResult } from './flexible-options.ts'
import type { Traits } from './traits.ts'

/** The longest time that all limiters keep: one in memory would forget at once what lasts longer than a timer. */
export const maxMs = 24 * 86_400_000

/** The highest limit, so that twice as much is still less than what says that a key is blocked. */
export const maxLimit = 900_000_000

/** The count that is set to block a key. It fits, with room to count on, into an integer of 32 bits, as in PostgreSQL. */
const blocked = 2_000_000_000

/** From what count on a key is blocked: what is taken back at the same time must not lift a block. */
const blockedFrom = 1_900_000_000

/** Nothing is given back so near to the end of a window: in the next one it would be credit. */
const marginMs = 200

/** How far two looks at the end of one window may be apart. Windows end at least a second apart. */
const toleranceMs = 500

/** What any store takes as a key: Memcached no spaces and 250 bytes, with what the limiter adds. */
const plain = /^[!-~]{1,180}$/

/** A verdict, and whether the key is blocked. */
export interface Found extends Verdict {
  readonly isBlocked: boolean
}

/** One counter in a limiter of rate-limiter-flexible: a window that begins with the first claim. */
export class WindowCounter {
  readonly #limiter: FlexibleLimiter
  readonly #quota: Quota
  readonly #traits: Traits
  readonly #key: string

  constructor(limiter: FlexibleLimiter, traits: Traits, key: string, quota: Quota) {
    const name = `${key}|${quota.limit}/${quota.windowMs}`
    this.#limiter = limiter
    this.#quota = quota
    this.#traits = traits
    this.#key = plain.test(name) ? name : `sha256:${hash('sha256', name, 'base64url')}`
  }

  /** What a claim of a cost would find. */
  async peek(cost: number): Promise<Found> {
    const { consumedPoints, msBeforeNext } = (await this.#limiter.get(this.#key)) ?? nothing
    const isAllowed = cost === 0 ? consumedPoints < blockedFrom : consumedPoints + cost <= this.#quota.limit
    return this.#found(isAllowed, consumedPoints, msBeforeNext)
  }

  /** Counts a claim, even where it is refused: then it is the caller's to take back. */
  async take(cost: number): Promise<Found> {
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(this.#key, cost, this.#duration)
    const isAllowed = consumedPoints <= this.#quota.limit
    return this.#found(isAllowed, isAllowed ? consumedPoints : consumedPoints - cost, msBeforeNext)
  }

  /** Takes back what `take` has counted a moment ago. */
  async takeBack(cost: number, { resetMs }: Found): Promise<void> {
    if (resetMs >= marginMs) await this.#limiter.reward(this.#key, cost, this.#duration)
  }

  /**
   * Gives back in the window of a stamp, or in the current one: no more than was counted, and nothing to a blocked key.
   *
   * @throws Error where the limiter only counts up.
   */
  async giveBack(cost: number, stamp?: number): Promise<void> {
    if (!this.#traits.givesBack) throw new Error('Cannot give back as Memcached only counts up')
    const { consumedPoints, msBeforeNext } = (await this.#limiter.get(this.#key)) ?? nothing
    const points = Math.min(cost, consumedPoints)
    if (points <= 0 || consumedPoints >= blockedFrom || msBeforeNext < marginMs) return
    if (stamp !== undefined && Math.abs(Date.now() + msBeforeNext - stamp) > toleranceMs) return
    await this.#limiter.reward(this.#key, points, this.#duration)
  }

  /** Blocks the key, which forgets what was counted; 0 lifts a block. */
  async block(ms: number): Promise<void> {
    if (ms > 0)
      await this.#limiter.set(this.#key, blocked, Math.ceil(Math.min(ms, maxMs) / 1000) + this.#traits.extraSeconds)
    else if ((await this.peek(0)).isBlocked) await this.reset()
  }

  async reset(): Promise<void> {
    await this.#limiter.delete(this.#key)
  }

  /** Whole seconds, the only ones that all limiters keep, and never none: that would be for ever. */
  get #duration(): { readonly customDuration: number } {
    return { customDuration: Math.ceil(this.#quota.windowMs / 1000) + this.#traits.extraSeconds }
  }

  #found(allowed: boolean, consumed: number, msBeforeNext: number): Found {
    const { limit, windowMs } = this.#quota
    const ms = msBeforeNext > 0 ? Math.ceil(msBeforeNext) : windowMs
    return {
      allowed,
      remaining: Math.max(0, limit - consumed),
      resetMs: consumed === 0 && allowed ? 0 : ms,
      retryAfterMs: allowed ? 0 : ms,
      // The end of its window is what a claim can be told by
      stamp: allowed ? Math.round(Date.now() + ms) : 0,
      isBlocked: consumed >= blockedFrom,
    }
  }
}

const nothing: FlexibleResult = { consumedPoints: 0, msBeforeNext: 0 }
