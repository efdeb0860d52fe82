import { AsyncLocalStorage } from 'node:async_hooks'
import { Backoff } from './backoff.ts'
import { tellConnect } from './channels.ts'
import { Connection } from './connection.ts'
import type { Ledger } from './ledger.ts'
import type { PoolSettings } from './options.ts'

/** What an opener tells its owner. */
export interface OpenerOwner {
  /** A connection is logged in. */
  opened(connection: Connection): void
  /** An attempt to connect has failed. */
  failed(connection: Connection, error: Error): void
  /** A connection was lost, whatever it did. */
  lost(connection: Connection): void
  /** The pause after a failure is over. */
  retry(): void
}

/** Opens connections, and pauses after failures. */
export class Opener {
  readonly #settings: PoolSettings
  readonly #ledger: Ledger
  readonly #owner: OpenerOwner
  readonly #backoff = new Backoff()
  /** How many attempts are under way. */
  #opening = 0
  #isStopped = false
  /** Runs a function outside any caller's context: a connection outlives the request that it was opened for. */
  readonly #inOwnContext = AsyncLocalStorage.snapshot()

  constructor(settings: PoolSettings, ledger: Ledger, owner: OpenerOwner) {
    this.#settings = settings
    this.#ledger = ledger
    this.#owner = owner
  }

  /** Why the last attempt failed; `undefined` after one that succeeded. */
  get lastError(): Error | undefined {
    return this.#backoff.lastError
  }

  /** Whether no attempt should be made now. */
  get isPaused(): boolean {
    return this.#backoff.isPaused
  }

  /** Whether the next attempt would fail as well. */
  get isHopeless(): boolean {
    return this.#backoff.isHopeless
  }

  /** How many attempts are under way. */
  get openingCount(): number {
    return this.#opening
  }

  /** Begins to connect. */
  open(): Connection {
    this.#opening++
    return this.#inOwnContext(() => {
      const connection = new Connection(this.#settings, (lost) => this.#owner.lost(lost))
      void this.#login(connection)
      return connection
    })
  }

  /** Forgets the failures. */
  tryNow(): void {
    this.#backoff.reset()
  }

  /** Makes no more attempts. */
  stop(): void {
    this.#isStopped = true
    this.#backoff.reset()
  }

  async #login(connection: Connection): Promise<void> {
    try {
      await connection.open()
    } catch (error) {
      return this.#fail(connection, error as Error)
    }
    this.#opening--
    this.#backoff.reset()
    this.#ledger.opened++
    tellConnect(connection)
    this.#owner.opened(connection)
  }

  #fail(connection: Connection, error: Error): void {
    this.#opening--
    this.#ledger.failedToOpen++
    tellConnect(connection, error)
    const isNextAtOnce = this.#settings.servers.miss(connection.config)
    if (!isNextAtOnce && !this.#isStopped) this.#backoff.fail(error, () => this.#owner.retry())
    this.#owner.failed(connection, error)
  }
}
