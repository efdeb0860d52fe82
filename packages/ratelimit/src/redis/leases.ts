import type { Quota, Verdict } from '../store.ts'
import type { Lanes } from './lanes.ts'
import type { Manager } from './manager.ts'
import type { ScriptRunner } from './script-runner.ts'
import { Taker, type Measure, type Taken } from './taker.ts'

/** How many keys may have a lease; further ones are decided one by one. */
const mostKeys = 10_000
/** How long a lease lasts at the most, and which part of a window; a shorter one is not worth its call. */
const longestMs = 1_000
const part = 10
const shortestMs = 20

/** What is left of a lease. */
interface Lease {
  readonly quota: Quota
  left: number
  readonly taken: Taken
  /** Until when it may be used, and when the quota refills. */
  readonly until: number
  readonly resetAt: number
}

/** A claim that waits for a lease. */
interface Waiting {
  readonly resolve: (verdict: Verdict | Promise<Verdict>) => void
  readonly reject: (error: unknown) => void
}

/**
 * Takes many ones of a quota with one call and gives them out without another. What is taken counts as used until a window
 * after the last moment at which it may be given out, so that no window ever holds more than the limit; what is not given
 * out by then is brought back.
 */
export class Leases {
  readonly #size: number
  readonly #runner: ScriptRunner
  readonly #manager: Manager
  readonly #lanes: Lanes
  /** What takes of each quota; `null` of one that is not worth a lease. */
  readonly #takers = new WeakMap<Quota, Taker | null>()
  readonly #leases = new Map<string, Lease>()
  readonly #waiting = new Map<string, Waiting[]>()
  /** Keys of which a lease is on its way that must not be given out. */
  readonly #revoked = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(size: number, runner: ScriptRunner, manager: Manager, lanes: Lanes) {
    this.#size = size
    this.#runner = runner
    this.#manager = manager
    this.#lanes = lanes
  }

  /** Decides about a claim: one that is worth a lease by its key's. */
  consume(name: string, quota: Quota, cost: number): Verdict | Promise<Verdict> {
    const taker = cost === 1 && this.#size > 1 ? this.#takerOf(quota) : null
    if (taker === null) return this.#lanes.of(quota).consume(name, cost)
    return this.#give(name) ?? this.#wait(name, taker)
  }

  /** Stops giving out a key's lease, and one that is on its way. */
  forget(name: string): void {
    if (this.#waiting.has(name)) this.#revoked.add(name)
    this.#drop(name)
  }

  #drop(name: string): void {
    const lease = this.#leases.get(name)
    if (lease !== undefined) this.#bringBack(name, lease)
  }

  /** One of a key's lease, if there is any left. */
  #give(name: string): Verdict | undefined {
    const lease = this.#leases.get(name)
    if (lease === undefined || lease.left === 0) return undefined
    const now = performance.now()
    if (now >= lease.until) return undefined
    lease.left--
    const { verdict, stamp } = lease.taken
    const resetMs = Math.max(1, Math.ceil(lease.resetAt - now))
    return { allowed: true, remaining: verdict.remaining + lease.left, resetMs, retryAfterMs: 0, stamp }
  }

  #wait(name: string, taker: Taker): Promise<Verdict> {
    const waiting = this.#waiting.get(name)
    if (waiting === undefined && this.#leases.size >= mostKeys && !this.#leases.has(name))
      return this.#lanes.of(taker.measure.quota).consume(name, 1)
    return new Promise((resolve, reject) => {
      if (waiting !== undefined) {
        waiting.push({ resolve, reject })
        return
      }
      this.#waiting.set(name, [{ resolve, reject }])
      this.#renew(name, taker)
    })
  }

  #renew(name: string, taker: Taker): void {
    this.#drop(name)
    const sentAt = performance.now()
    taker.take(name).then(
      (taken) => this.#serve(name, taker.measure, taken, sentAt),
      (error: unknown) => {
        this.#revoked.delete(name)
        for (const { reject } of this.#takeWaiting(name)) reject(error)
      },
    )
  }

  #serve(name: string, { quota, holdMs }: Measure, taken: Taken, sentAt: number): void {
    const waiting = this.#takeWaiting(name)
    if (this.#revoked.delete(name)) {
      // A reset may have forgotten what was taken: brought back, it would be credit
      for (const { resolve } of waiting) resolve(this.#lanes.of(quota).consume(name, 1))
      return
    }
    if (taken.count === 0) {
      for (const { resolve } of waiting) resolve(taken.verdict)
      return
    }
    const resetMs = taken.verdict.resetMs
    // A fixed window may end before the lease does; resets are rounded up.
    const lastsMs = quota.algorithm === 'fixed' ? Math.min(holdMs, resetMs - 1) : holdMs
    this.#leases.set(name, { quota, left: taken.count, taken, until: sentAt + lastsMs, resetAt: sentAt + resetMs })
    this.#scheduleSweep()
    // One of the lease, or, where it came too late or is used up, a decision of its own.
    for (const { resolve } of waiting) resolve(this.#give(name) ?? this.#lanes.of(quota).consume(name, 1))
  }

  #takerOf(quota: Quota): Taker | null {
    const known = this.#takers.get(quota)
    if (known !== undefined) return known
    const taker = this.#newTaker(quota)
    this.#takers.set(quota, taker)
    return taker
  }

  #newTaker(quota: Quota): Taker | null {
    const { limit, burst, windowMs } = quota
    // Never more than a tenth of the limit, or few processes would leave nothing for others.
    const most = Math.floor(Math.min(this.#size, limit / part, burst / part))
    if (most <= 1 || windowMs < part * shortestMs) return null
    const measure = { quota, most, holdMs: Math.min(longestMs, windowMs / part) }
    return new Taker(this.#runner, measure, (...back) => this.#manager.takeBack(...back))
  }

  #takeWaiting(name: string): readonly Waiting[] {
    const waiting = this.#waiting.get(name) ?? []
    this.#waiting.delete(name)
    return waiting
  }

  #scheduleSweep(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#sweep(), longestMs).unref()
  }

  #sweep(): void {
    const now = performance.now()
    this.#timer = undefined
    for (const [name, lease] of this.#leases) if (now >= lease.until) this.#bringBack(name, lease)
    if (this.#leases.size > 0) this.#scheduleSweep()
  }

  #bringBack(name: string, lease: Lease): void {
    this.#leases.delete(name)
    const unused = unusedOf(lease)
    if (unused > 0) this.#manager.takeBack(name, lease.quota, unused, lease.taken.stamp)
  }
}

/** What of a lease can be brought back. What may have leaked out of its bucket since would be others' credit. */
function unusedOf({ quota: { algorithm, limit, windowMs }, left, until }: Lease): number {
  if (algorithm !== 'gcra') return left
  return left - (Math.max(0, performance.now() - until) * limit) / windowMs
}
