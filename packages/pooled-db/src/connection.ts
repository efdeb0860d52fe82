import { once } from 'node:events'
import { Socket } from 'node:net'
import { Client, type Submittable as PgSubmittable } from 'pg'
import { cancelRequest } from './cancel-request.ts'
import { QueryTimeoutError } from './errors.ts'
import type { PoolSettings } from './options.ts'
import type { QueryResult, Submittable } from './pool.ts'
import { isFatal } from './sqlstate.ts'

/** How long the pool's own exchanges with the server may take: the ping, the rollback, the goodbye, the cancel. */
const upkeepTimeoutMs = 1000

/** A connection that lay idle for longer is pinged before it is lent: its server may be gone without a word. */
const trustedForMs = 1000

/** One connection, from the first attempt to connect until its socket is gone. No event of its server is left unheard. */
export class Connection {
  readonly #client: Client
  /** Ours, not pg's, so that it can be cut whatever state pg is in. */
  readonly #socket = new Socket()
  readonly #isGone: Promise<unknown>
  readonly #expiresAt: number
  #lastUsedAt = performance.now()
  /** Why it must not be used again. */
  #failure: Error | undefined
  /** The server has answered all that it was sent, and waits. */
  #isReady = false
  /** Statements that the server has not answered. */
  #running = 0
  #closing: Promise<void> | undefined

  constructor(settings: PoolSettings, onLost: (connection: Connection) => void) {
    this.#expiresAt = this.#lastUsedAt + settings.maxLifetimeMs * (1 - Math.random() / 10)
    this.#client = new Client({ ...settings.client, stream: () => this.#socket })
    this.#isGone = new Promise((resolve) => this.#socket.once('close', resolve))
    const lose = (error: Error): void => {
      this.#failure ??= error
      onLost(this)
    }
    this.#client.on('error', lose)
    this.#client.on('end', () => lose(new Error('The connection was closed')))
    this.#client.on('drain', () => (this.#isReady = true))
  }

  /** The id of the server process; 0 before the login. */
  get processID(): number {
    return (this.#client as unknown as { readonly processID: number | null }).processID ?? 0
  }

  /** Whether it must not be used again. */
  get isSpent(): boolean {
    return this.#failure !== undefined || this.#closing !== undefined || performance.now() >= this.#expiresAt
  }

  /** Whether a statement is still running. */
  get isBusy(): boolean {
    return this.#running > 0
  }

  /** Whether it can be lent as it is: in use a moment ago, and not spent. */
  get isFresh(): boolean {
    return this.idleMs <= trustedForMs && !this.isSpent
  }

  /** Whether the session is as the next borrower expects it: nothing pending, no transaction open. */
  get isClean(): boolean {
    return this.#isReady && !this.#failure && this.#client.getTransactionStatus() === 'I'
  }

  /** How long it has been idle. */
  get idleMs(): number {
    return performance.now() - this.#lastUsedAt
  }

  /** Notes that it becomes idle now. */
  rest(): void {
    this.#lastUsedAt = performance.now()
  }

  /** Connects and logs in. */
  async open(): Promise<void> {
    await this.#client.connect()
    this.#isReady = true
  }

  /** Runs one statement, with its deadline. */
  query<Row>(sql: string, parameters: readonly unknown[], timeoutMs: number): Promise<QueryResult<Row>> {
    if (this.#isLost) return Promise.reject(this.#reason)
    this.#isReady = false
    this.#running++
    return new Promise((resolve, reject) => {
      let isAnswered = false
      const timer = setTimeout(() => {
        this.#failure ??= new QueryTimeoutError(timeoutMs)
        reject(this.#reason)
        // Now, and not when it is released: a borrower may hold it for long.
        void this.close()
      }, timeoutMs).unref()
      this.#client.query(sql, parameters as unknown[], (error: Error | null, result) => {
        // pg calls twice for a value that it cannot serialize: with the error, and when the server is ready again.
        if (isAnswered) return
        isAnswered = true
        clearTimeout(timer)
        this.#running--
        if (!error) return resolve(result as unknown as QueryResult<Row>)
        if (isFatal(error)) this.#failure ??= error
        // What pg says of a lost connection depends on the moment; why it was lost does not.
        reject(this.#isLost ? this.#reason : error)
      })
    })
  }

  /** Hands a cursor or a query stream to pg. */
  submit(query: Submittable): void {
    if (this.#isLost) throw this.#reason
    this.#isReady = false
    this.#client.query(query as PgSubmittable)
  }

  /** Asks the server for an answer, soon. */
  async ping(): Promise<boolean> {
    try {
      await this.query('select 1', [], upkeepTimeoutMs)
      return this.isClean
    } catch {
      return false
    }
  }

  /** Ends what the last borrower left open: waits for the server to be ready, and rolls an open transaction back. */
  async clean(): Promise<boolean> {
    try {
      // After an error the server is not ready yet, and its word on the transaction is of the statement before.
      if (!this.#isReady) await once(this.#client, 'drain', { signal: AbortSignal.timeout(upkeepTimeoutMs) })
      if (!this.isClean) await this.query('rollback', [], upkeepTimeoutMs)
      return this.isClean
    } catch {
      return false
    }
  }

  /** Closes it: with a goodbye when the server waits, else after a cancel. Resolves when the socket is gone, within two seconds. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  get #isLost(): boolean {
    return this.#closing !== undefined || this.#socket.destroyed
  }

  get #reason(): Error {
    return this.#failure ?? new Error('Cannot run the statement as its connection was closed')
  }

  async #close(): Promise<void> {
    if (this.#socket.destroyed) return
    const timer = setTimeout(() => this.#socket.destroy(), upkeepTimeoutMs).unref()
    if (this.#isReady) void this.#client.end()
    else {
      await cancelRequest(this.#client, upkeepTimeoutMs)
      this.#socket.destroy()
    }
    await this.#isGone
    clearTimeout(timer)
  }
}
