import type { Verdict } from '../store.ts'
import type { Lanes } from './lanes.ts'
import { Lease } from './lease.ts'
import type { Manager } from './manager.ts'
import type { QuotaTakers, Taken, Taker } from './taker.ts'

/** A claim that waits for a lease. */
interface Waiting {
  readonly resolve: (verdict: Verdict | Promise<Verdict>) => void
  readonly reject: (error: unknown) => void
}

/** The leases of one key: two at the most, one that is given out and one that is spare or on its way. */
export class LeasedKey {
  readonly #name: string
  readonly #manager: Manager
  readonly #lanes: Lanes
  #current: Lease | undefined
  #spare: Lease | undefined
  #isOnItsWay = false
  /** Whether the one on its way must not be given out. */
  #isRevoked = false
  #waiting: Waiting[] = []
  /** What remained beside all that was taken, and when that changes, by the latest reply. */
  #beside = 0
  #resetAt = 0

  constructor(name: string, manager: Manager, lanes: Lanes) {
    this.#name = name
    this.#manager = manager
    this.#lanes = lanes
  }

  get isIdle(): boolean {
    return this.#current === undefined && this.#spare === undefined && !this.#isOnItsWay
  }

  /** One of a lease, if there is any left, and asks for the next lease before there is none. */
  give(takers: QuotaTakers): Verdict | undefined {
    const now = performance.now()
    const lease = this.#usable(now)
    if (lease === undefined) return undefined
    const verdict = this.#giveOne(lease, now)
    if (lease.wantsNext(now, this.#beside)) this.#ask(takers, takers.ahead)
    return verdict
  }

  /** One of the lease that is on its way, or of one that is asked for. */
  wait(takers: QuotaTakers): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      if (!this.#isOnItsWay) this.#ask(takers, takers.now)
    })
  }

  /** Gives nothing out any more of what was taken or is on its way. */
  forget(): void {
    this.#isRevoked = this.#isOnItsWay
    const now = performance.now()
    for (const lease of [this.#current, this.#spare]) if (lease !== undefined) this.#bringBack(lease, now)
    this.#current = undefined
    this.#spare = undefined
  }

  /** Brings back what is past its time. */
  sweep(now: number): void {
    this.#usable(now)
  }

  #usable(now: number): Lease | undefined {
    while (this.#current !== undefined && !this.#current.isUsable(now)) {
      this.#bringBack(this.#current, now)
      this.#current = this.#spare
      this.#spare = undefined
    }
    return this.#current
  }

  #giveOne(lease: Lease, now: number): Verdict {
    lease.giveOne()
    const remaining = this.#beside + lease.left + (this.#spare?.left ?? 0)
    const resetMs = Math.max(1, Math.ceil(this.#resetAt - now))
    return { allowed: true, remaining, resetMs, retryAfterMs: 0, stamp: lease.stamp }
  }

  #ask(takers: QuotaTakers, taker: Taker): void {
    this.#isOnItsWay = true
    const sentAt = performance.now()
    taker.take(this.#name).then(
      (taken) => {
        this.#isOnItsWay = false
        this.#receive(takers, taker, taken, sentAt)
      },
      (error: unknown) => {
        this.#isOnItsWay = false
        this.#isRevoked = false
        for (const { reject } of this.#takeWaiting()) reject(error)
      },
    )
  }

  #receive(takers: QuotaTakers, taker: Taker, taken: Taken, sentAt: number): void {
    if (this.#isRevoked) {
      // A reset may have forgotten what was taken: brought back, it would be credit
      this.#isRevoked = false
      for (const { resolve } of this.#takeWaiting()) resolve(this.#decide(takers))
      return
    }
    this.#beside = taken.verdict.remaining
    this.#resetAt = sentAt + taken.verdict.resetMs
    if (taken.count > 0) {
      this.#keep(new Lease(taker.measure, taken, sentAt))
      this.#serve(takers)
      return
    }
    if (taker === takers.now) {
      for (const { resolve } of this.#takeWaiting()) resolve(taken.verdict)
      return
    }
    // Those who wait by now are refused by a call of their own, which may block the key.
    if (this.#waiting.length > 0) this.#ask(takers, takers.now)
  }

  #keep(lease: Lease): void {
    if (this.#usable(performance.now()) === undefined) this.#current = lease
    else this.#spare = lease
  }

  /** One of a lease for each, or, where it came too late or is used up, a decision of its own. */
  #serve(takers: QuotaTakers): void {
    const now = performance.now()
    for (const { resolve } of this.#takeWaiting()) {
      const lease = this.#usable(now)
      resolve(lease === undefined ? this.#decide(takers) : this.#giveOne(lease, now))
    }
  }

  #decide({ quota }: QuotaTakers): Promise<Verdict> {
    return this.#lanes.of(quota).consume(this.#name, 1)
  }

  #takeWaiting(): readonly Waiting[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }

  #bringBack(lease: Lease, now: number): void {
    const unused = lease.unused(now)
    if (unused > 0) this.#manager.takeBack(this.#name, lease.quota, unused, lease.stamp)
  }
}
