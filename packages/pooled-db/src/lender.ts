import { BorrowerWatch } from './borrower-watch.ts'
import { tellRollback } from './channels.ts'
import type { Connection } from './connection.ts'
import { PoolBusyError, PoolClosedError, PoolConnectError, PoolFullError, PoolTimeoutError } from './errors.ts'
import { HoldTime } from './hold-time.ts'
import { Ledger } from './ledger.ts'
import type { PoolSettings } from './options.ts'
import type { PoolStats } from './pool-stats.ts'
import { Stock } from './stock.ts'
import { turn } from './turn.ts'
import { type Waiter, WaitQueue } from './wait-queue.ts'

/** How often, at least, connections that were idle for too long are looked for. */
const sweepMs = 30_000

/** Lends connections, in turn, and takes them back. */
export class Lender {
  readonly #settings: PoolSettings
  readonly #ledger = new Ledger()
  readonly #stock: Stock
  readonly #watch: BorrowerWatch
  readonly #holdTime = new HoldTime()
  readonly #waiting: WaitQueue<Connection>
  readonly #sweeper: NodeJS.Timeout
  readonly #onLostIdle: (error: Error) => void
  /** How many are lent. */
  #active = 0
  #isClosed = false
  /** Called when a closed pool has nobody left who waits, or who has a connection. */
  #onDrained: () => void = () => {}

  constructor(settings: PoolSettings, onLostIdle: (error: Error) => void) {
    this.#settings = settings
    this.#onLostIdle = onLostIdle
    this.#waiting = new WaitQueue((waiter) => this.#timeoutError(waiter))
    this.#stock = new Stock(settings, this.#ledger, {
      changed: () => this.#dispatch(),
      refused: (error) => this.#waiting.failAll(() => new PoolConnectError(error)),
      lostIdle: (error) => this.#onLostIdle(error),
    })
    this.#watch = new BorrowerWatch(settings, this.#stock.connections, this.#ledger)
    const { idleTimeoutMs, maxLifetimeMs } = settings
    this.#sweeper = setInterval(() => this.#stock.sweep(), Math.min(idleTimeoutMs, maxLifetimeMs, sweepMs)).unref()
    this.#stock.fill()
  }

  /** How many there are of what, and what has happened. */
  stats(): PoolStats {
    return {
      total: this.#stock.connections.size,
      idle: this.#stock.idleCount,
      active: this.#active,
      waiting: this.#waiting.size,
      ...this.#ledger.counts,
    }
  }

  /** A connection that can be had at once, if nobody waits for it. */
  take(now: number): Connection | undefined {
    if (this.#isClosed || this.#waiting.size > 0) return undefined
    const connection = this.#stock.takeFresh(now)
    if (connection) this.#lend(connection, now)
    return connection
  }

  /** Why a caller need not even be made to wait: as many wait as may. Asked first, as it is what most callers hear under attack. */
  refusal(): Error | undefined {
    const { max, maxWaiting } = this.#settings
    if (this.#waiting.size + this.#active < max + maxWaiting || this.#isClosed) return undefined
    this.#ledger.refused++
    return new PoolFullError(maxWaiting)
  }

  /** A connection: at once, if one can be had and nobody waits for it, else in turn. */
  async lend(timeoutMs: number, signal: AbortSignal | undefined): Promise<Connection> {
    signal?.throwIfAborted()
    return this.take(performance.now()) ?? turn(this, timeoutMs, signal)
  }

  /**
   * Puts a caller in line.
   *
   * @throws PoolClosedError, PoolFullError, PoolBusyError or PoolConnectError when there is no use in waiting.
   */
  wait(waiter: Waiter<Connection>): void {
    this.#refuseInVain(waiter)
    this.#waiting.add(waiter)
    this.#dispatch()
  }

  /** Lets a caller leave the line: whether it was still waiting. */
  leave(waiter: Waiter<Connection>): boolean {
    const wasWaiting = this.#waiting.remove(waiter)
    if (wasWaiting) this.#ledger.aborted++
    if (wasWaiting) this.#checkDrained()
    return wasWaiting
  }

  /** Notes that the borrower keeps the connection for more than one statement. */
  noteBorrower(connection: Connection): void {
    this.#watch.note(connection)
  }

  /** Takes a connection back, and lends it again if it is, or can be made, as good as new. */
  takeBack(connection: Connection, isUnwanted = false): void {
    this.#active--
    const now = performance.now()
    const retireReason = connection.retireReasonAt(now)
    if (isUnwanted) this.#stock.discard(connection, 'asked')
    else if (retireReason) this.#stock.discard(connection, retireReason)
    else if (connection.isBusy) this.#stock.discard(connection, 'unclean')
    else if (connection.isClean) this.#admit(connection, now)
    else this.#mend(connection)
    connection.borrower = undefined
    this.#checkDrained()
  }

  /** Retires every connection. */
  reset(): void {
    this.#stock.reset()
    this.#stock.fill()
  }

  /** Takes no new callers. Those who wait are served, and what is lent comes back, until the time is up. Resolves when all is closed. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#sweeper)
    this.#watch.stop()
    const drained = new Promise<void>((resolve) => (this.#onDrained = resolve))
    const timer = setTimeout(this.#onDrained, graceMs).unref()
    this.#checkDrained()
    await drained
    clearTimeout(timer)
    this.#waiting.failAll(() => new PoolClosedError())
    await this.#stock.close()
  }

  #lend(connection: Connection, now: number): void {
    connection.lentAt = now
    this.#active++
    this.#ledger.acquires++
  }

  #refuseInVain({ deadline, since }: Waiter<Connection>): void {
    if (this.#isClosed) throw new PoolClosedError()
    const refusal = this.refusal()
    if (refusal) throw refusal
    const waitMs = this.#holdTime.expectedWaitMs(this.#waiting.size, this.#settings.max)
    if (waitMs > deadline - since) {
      this.#ledger.refused++
      throw new PoolBusyError(waitMs, deadline - since)
    }
    if (this.#stock.isRefused) throw new PoolConnectError(this.#stock.lastError)
  }

  /** Gives out what is there, and has as many connections come as callers still wait. No caller is bound to any of them. */
  #dispatch(): void {
    const now = this.#waiting.size > 0 ? performance.now() : 0
    while (this.#waiting.size > 0) {
      const connection = this.#stock.takeFresh(now)
      if (!connection) break
      this.#serve(connection, now)
    }
    while (this.#waiting.size > this.#stock.comingCount) if (!this.#stock.bring()) break
    if (!this.#isClosed) this.#stock.fill()
  }

  #serve(connection: Connection, now: number): void {
    const waiter = this.#waiting.shift()
    if (!waiter) return
    this.#lend(connection, now)
    this.#ledger.waited++
    this.#ledger.waitedMs += now - waiter.since
    waiter.serve(connection)
  }

  /** What was cancelled or cut says nothing of how long borrowers take, and is not counted. */
  #admit(connection: Connection, now: number): void {
    this.#holdTime.note(now - connection.lentAt)
    this.#stock.admit(connection, now)
  }

  #mend(connection: Connection): void {
    if (connection.isInTransaction) {
      this.#ledger.rolledBack++
      tellRollback(connection)
    }
    this.#stock.mend(connection)
  }

  #timeoutError({ deadline, since }: Waiter<Connection>): Error {
    this.#ledger.timeouts++
    this.#checkDrained()
    return new PoolTimeoutError(Math.round(deadline - since), this.#stock.lastError)
  }

  #checkDrained(): void {
    if (this.#isClosed && this.#active === 0 && this.#waiting.size === 0) this.#onDrained()
  }
}
