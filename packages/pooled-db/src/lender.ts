import { AsyncLocalStorage } from 'node:async_hooks'
import { Backoff } from './backoff.ts'
import { Connection } from './connection.ts'
import { PoolClosedError, PoolConnectError, PoolFullError, PoolTimeoutError } from './errors.ts'
import type { PoolSettings } from './options.ts'
import type { PoolStats } from './pool.ts'
import { WaitQueue } from './wait-queue.ts'

/** How often, at least, connections that were idle for too long are looked for. */
const sweepMs = 30_000

/** Owns the connections: lends them, takes them back, replaces them. */
export class Lender {
  readonly #settings: PoolSettings
  /** All, from the first attempt to connect until the socket is gone. */
  readonly #connections = new Set<Connection>()
  /** Those that can be lent, the last used last. */
  readonly #idle: Connection[] = []
  /** Those that are lent. */
  readonly #borrowed = new Set<Connection>()
  /** How many are about to become idle: they connect, are pinged, or are cleaned. */
  #coming = 0
  readonly #waiting: WaitQueue<Connection>
  readonly #backoff = new Backoff()
  readonly #sweeper: NodeJS.Timeout
  #isClosed = false
  /** Called when the last connection of a closed pool is gone. */
  #onEmpty: () => void = () => {}
  /** Runs a function outside any caller's context: a connection outlives the request that it was opened for. */
  readonly #inOwnContext = AsyncLocalStorage.snapshot()

  constructor(settings: PoolSettings) {
    this.#settings = settings
    const { acquireTimeoutMs: timeoutMs, idleTimeoutMs, maxLifetimeMs } = settings
    this.#waiting = new WaitQueue(timeoutMs, () => new PoolTimeoutError(timeoutMs, this.#backoff.lastError))
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(idleTimeoutMs, maxLifetimeMs, sweepMs)).unref()
  }

  /** How many there are of what. */
  stats(): PoolStats {
    const { size: total } = this.#connections
    return { total, idle: this.#idle.length, active: this.#borrowed.size, waiting: this.#waiting.size }
  }

  /** Lends a connection: at once, if one can be had and nobody waits for it, else in turn. */
  async lend(): Promise<Connection> {
    if (this.#isClosed) throw new PoolClosedError()
    const connection = this.#waiting.size === 0 ? this.#takeFresh() : undefined
    if (connection) return connection
    const { max, maxWaiting } = this.#settings
    if (this.#waiting.size + this.#borrowed.size >= max + maxWaiting) throw new PoolFullError(maxWaiting)
    if (this.#isRefused() && this.#backoff.isPaused) throw new PoolConnectError(this.#backoff.lastError)
    const turn = this.#waiting.wait()
    this.#dispatch()
    return turn
  }

  /** Takes a connection back, and lends it again if it is, or can be made, as good as new. */
  takeBack(connection: Connection, destroy: boolean): void {
    this.#borrowed.delete(connection)
    if (destroy || connection.isBusy || connection.isSpent) void this.#discard(connection)
    else if (connection.isClean) this.#admit(connection)
    else void this.#restore(connection, connection.clean())
  }

  /** Lends no more. Resolves when every connection is gone: those that are lent, when they come back or the time is up. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#sweeper)
    this.#backoff.reset()
    this.#waiting.rejectAll(() => new PoolClosedError())
    this.#idle.length = 0
    for (const connection of this.#connections) if (!this.#borrowed.has(connection)) void this.#discard(connection)
    if (this.#connections.size === 0) return
    const timer = setTimeout(() => {
      for (const connection of this.#connections) void this.#discard(connection)
    }, timeoutMs).unref()
    await new Promise<void>((resolve) => (this.#onEmpty = resolve))
    clearTimeout(timer)
  }

  /** The last used of the idle connections, unless it has to be checked first. */
  #takeFresh(): Connection | undefined {
    if (!this.#idle.at(-1)?.isFresh) return undefined
    const connection = this.#idle.pop()
    if (connection) this.#borrowed.add(connection)
    return connection
  }

  /** Gives out what is there, and has as many connections come as callers still wait. No caller is bound to any of them. */
  #dispatch(): void {
    while (this.#waiting.size > 0) {
      const connection = this.#takeFresh()
      if (!connection) break
      this.#waiting.serve(connection)
    }
    while (this.#waiting.size > this.#coming) {
      const connection = this.#idle.pop()
      if (connection) void this.#check(connection)
      else if (this.#mayOpen()) this.#inOwnContext(() => void this.#open())
      else return
    }
  }

  /** While connecting fails, one attempt at a time is enough. */
  #mayOpen(): boolean {
    if (this.#isClosed || this.#connections.size >= this.#settings.max || this.#backoff.isPaused) return false
    return !this.#backoff.lastError || this.#coming === 0
  }

  async #open(): Promise<void> {
    this.#coming++
    let connection: Connection | undefined
    try {
      // This throws as well: pg reads the certificates that a URL names here, each time.
      connection = new Connection(this.#settings, this.#drop)
      this.#connections.add(connection)
      await connection.open()
    } catch (error) {
      this.#coming--
      return this.#openFailed(connection, error as Error)
    }
    this.#coming--
    this.#backoff.reset()
    this.#admit(connection)
  }

  async #openFailed(connection: Connection | undefined, error: Error): Promise<void> {
    if (!this.#isClosed) this.#backoff.fail(error, () => this.#dispatch())
    if (connection) await this.#discard(connection)
    if (this.#isRefused()) this.#waiting.rejectAll(() => new PoolConnectError(error))
  }

  /** Whether those who wait have no hope: the server refuses the login, and no connection is left from better times. */
  #isRefused(): boolean {
    return this.#backoff.isHopeless && this.#connections.size === 0
  }

  async #check(connection: Connection): Promise<void> {
    if (connection.isSpent) return this.#discard(connection)
    if (await this.#restore(connection, connection.ping())) return
    // The others were silent for longer still. To try them in turn would cost a caller the sum of their timeouts.
    for (const other of this.#idle.filter((idle) => !idle.isFresh)) this.#drop(other)
  }

  async #restore(connection: Connection, work: Promise<boolean>): Promise<boolean> {
    this.#coming++
    const isUsable = await work
    this.#coming--
    if (isUsable) this.#admit(connection)
    else void this.#discard(connection)
    return isUsable
  }

  #admit(connection: Connection): void {
    if (this.#isClosed || connection.isSpent) return void this.#discard(connection)
    connection.rest()
    this.#idle.push(connection)
    this.#dispatch()
  }

  /** An idle connection that cannot be lent is closed at once; any other when it is given back. */
  readonly #drop = (connection: Connection): void => {
    const index = this.#idle.indexOf(connection)
    if (index === -1) return
    this.#idle.splice(index, 1)
    void this.#discard(connection)
  }

  /** Its place is free when its socket is gone, so the server never sees more than `max`. */
  async #discard(connection: Connection): Promise<void> {
    await connection.close()
    this.#connections.delete(connection)
    if (this.#connections.size === 0) this.#onEmpty()
    this.#dispatch()
  }

  #sweep(): void {
    const { idleTimeoutMs } = this.#settings
    for (const connection of this.#idle.filter((idle) => idle.isSpent || idle.idleMs >= idleTimeoutMs))
      this.#drop(connection)
  }
}
