import { tellRetire } from './channels.ts'
import { ClosingConnections } from './closing-connections.ts'
import type { Connection } from './connection.ts'
import type { RetireReason } from './retire-reason.ts'
import type { Ledger } from './ledger.ts'
import { Opener } from './opener.ts'
import type { PoolSettings } from './options.ts'
import { Proofs } from './proofs.ts'
import type { StockOwner } from './stock-owner.ts'

/** A connection that says nothing for longer than this, when it should, is not counted upon. */
const patienceMs = 100

/** Owns the connections: opens them, keeps them idle, checks, mends and replaces them. */
export class Stock {
  readonly #settings: PoolSettings
  readonly #ledger: Ledger
  readonly #owner: StockOwner
  /** All but those that are being closed. */
  readonly connections = new Set<Connection>()
  /** Those that can be lent, the last used last. */
  readonly #idle: Connection[] = []
  readonly #closing: ClosingConnections
  readonly #proofs: Proofs
  readonly #opener: Opener
  #isClosed = false

  constructor(settings: PoolSettings, ledger: Ledger, owner: StockOwner) {
    this.#settings = settings
    this.#ledger = ledger
    this.#owner = owner
    this.#closing = new ClosingConnections(patienceMs, () => {
      if (!this.#isClosed) this.#owner.changed()
    })
    this.#proofs = new Proofs(patienceMs, () => this.#owner.changed())
    this.#opener = new Opener(settings, ledger, {
      opened: (connection) => this.admit(connection),
      failed: (connection, error) => this.#openFailed(connection, error),
      lost: (connection) => this.#lost(connection),
      retry: () => this.#owner.changed(),
    })
  }

  /** How many can be lent. */
  get idleCount(): number {
    return this.#idle.length
  }

  /** How many are about to become idle: they connect, are pinged, or are cleaned. */
  get comingCount(): number {
    return this.#opener.openingCount + this.#proofs.promisingCount
  }

  /** Why the last attempt to connect failed; `undefined` after one that succeeded. */
  get lastError(): Error | undefined {
    return this.#opener.lastError
  }

  /** Whether the server refuses the login, no connection is left from better times, and it is too early to ask again. */
  get isRefused(): boolean {
    return this.#opener.isHopeless && this.connections.size === 0 && this.#opener.isPaused
  }

  /** The last used of the idle connections, unless it has to be checked first. */
  takeFresh(now: number): Connection | undefined {
    return this.#idle.at(-1)?.isFreshAt(now) ? this.#idle.pop() : undefined
  }

  /** Has one more connection come, if that can be. */
  bring(): boolean {
    const connection = this.#idle.pop()
    if (connection) void this.#check(connection)
    else if (this.#mayOpen()) this.#open()
    else {
      this.#giveUpLate()
      return false
    }
    return true
  }

  /** Opens connections until there are `min`. */
  fill(): void {
    while (this.connections.size < this.#settings.min && this.#mayOpen()) this.#open()
  }

  /** Takes a connection that can be lent as it is. */
  admit(connection: Connection, now = performance.now()): void {
    const retireReason = connection.retireReasonAt(now)
    if (this.#isClosed || retireReason) return this.discard(connection, retireReason ?? 'closed')
    connection.rest(now)
    this.#idle.push(connection)
    this.#owner.changed()
  }

  /** Takes a connection that was left in disorder. */
  mend(connection: Connection): void {
    void this.#prove(connection, connection.clean(), 'unclean')
  }

  /** Closes a connection. Its place is free soon: nobody waits long for the end of a socket that may be dead. */
  discard(connection: Connection, reason: RetireReason): void {
    if (!this.connections.delete(connection)) return
    connection.retire(reason)
    const told = connection.retireReasonAt(0) ?? reason
    this.#ledger.retire(told)
    tellRetire(connection, told)
    this.#closing.close(connection)
  }

  /** Retires what has been idle for too long, beyond `min`, and what is too old. */
  sweep(): void {
    const now = performance.now()
    for (const connection of this.#idle.slice()) {
      const retireReason = connection.retireReasonAt(now)
      const isSurplus = connection.isIdleForTooLong(now) && this.connections.size > this.#settings.min
      if (retireReason ?? isSurplus) this.#drop(connection, retireReason ?? 'idle')
    }
    this.fill()
  }

  /** Retires all: the idle ones now, the others when they come back. */
  reset(): void {
    this.#opener.tryNow()
    // A copy, as each that goes may be replaced at once.
    for (const connection of Array.from(this.connections)) {
      connection.retire('reset')
      this.#drop(connection, 'reset')
    }
  }

  /** Opens no more, and closes all. Resolves when they are gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#opener.stop()
    this.#idle.length = 0
    for (const connection of this.connections) this.discard(connection, 'closed')
    await this.#closing.ended()
  }

  #mayOpen(): boolean {
    const isFull = this.connections.size + this.#closing.placedCount >= this.#settings.max
    return !isFull && this.#mayConnect()
  }

  /** While connecting fails, one attempt at a time is enough. */
  #mayConnect(): boolean {
    if (this.#isClosed || this.#opener.isPaused) return false
    return !this.#opener.lastError || this.comingCount === 0
  }

  /** Gives up one that is silent for the sake of its place, unless another one is about to be free. */
  #giveUpLate(): void {
    if (this.#closing.placedCount > 0 || !this.#mayConnect()) return
    const late = this.#proofs.takeLate()
    if (!late) return
    late.cut()
    this.discard(late, 'silent')
  }

  #open(): void {
    this.connections.add(this.#opener.open())
  }

  #openFailed(connection: Connection, error: Error): void {
    this.connections.delete(connection)
    this.#closing.close(connection)
    if (this.isRefused) this.#owner.refused(error)
  }

  async #check(connection: Connection): Promise<void> {
    const retireReason = connection.retireReasonAt(performance.now())
    if (retireReason) return this.discard(connection, retireReason)
    if ((await this.#prove(connection, connection.ping(), 'silent')) !== false) return
    // The others were silent for longer still. To try them in turn would cost a caller the sum of their timeouts.
    const now = performance.now()
    for (const other of this.#idle.filter((idle) => !idle.isFreshAt(now))) this.#drop(other, 'silent')
  }

  /** Waits for a connection to show whether it is of use; `undefined` when it was given up meanwhile. */
  async #prove(connection: Connection, work: Promise<boolean>, reason: RetireReason): Promise<boolean | undefined> {
    const isUsable = await this.#proofs.prove(connection, work)
    if (isUsable === true) this.admit(connection)
    else this.discard(connection, reason)
    return isUsable
  }

  #lost(connection: Connection): void {
    const { failure } = connection
    if (this.#drop(connection, 'lost') && failure) this.#owner.lostIdle(failure)
  }

  /** An idle connection that cannot be lent is closed at once; any other when it is given back. */
  #drop(connection: Connection, reason: RetireReason): boolean {
    const index = this.#idle.indexOf(connection)
    if (index === -1) return false
    this.#idle.splice(index, 1)
    this.discard(connection, reason)
    return true
  }
}
