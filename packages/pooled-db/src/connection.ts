import { Socket } from 'node:net'
import { Client, type ClientConfig } from 'pg'
import type { Borrower } from './borrower.ts'
import { cancelRequest } from './cancel-request.ts'
import { ConnectionLostError } from './errors.ts'
import type { PoolSettings } from './options.ts'
import type { Submittable } from './pool.ts'
import type { RetireReason } from './retire-reason.ts'
import type { Servers } from './servers.ts'
import type { Statement } from './statement.ts'
import { codeOf } from './sqlstate.ts'
import { StatementRunner, upkeepTimeoutMs } from './statement-runner.ts'

/** A connection that lay idle for longer is pinged before it is lent: its server may be gone without a word. */
const trustedForMs = 1000

/** One connection, from the first attempt to connect until its socket is gone. No event of its server is left unheard. */
export class Connection {
  /** What its client is made with: one of the pool's servers. */
  readonly config: ClientConfig
  readonly #servers: Servers
  readonly #client: Client
  /** Ours, not pg's, so that it can be cut whatever state pg is in. */
  readonly #socket = new Socket()
  readonly #isGone: Promise<unknown>
  readonly #runner: StatementRunner
  readonly #openedAt = performance.now()
  readonly #expiresAt: number
  readonly #idleTimeoutMs: number
  #lastUsedAt = this.#openedAt
  #failure: Error | undefined
  #retireReason: RetireReason | undefined
  #closing: Promise<void> | undefined
  /** How long it took to connect and to log in, in milliseconds. */
  loginMs = 0
  /** Since when it is lent. */
  lentAt = 0
  /** Who has it for more than one statement. */
  borrower: Borrower | undefined

  constructor(settings: PoolSettings, onLost: (connection: Connection) => void) {
    this.#expiresAt = this.#openedAt + jittered(settings.maxLifetimeMs)
    this.#idleTimeoutMs = jittered(settings.idleTimeoutMs)
    this.#servers = settings.servers
    this.config = settings.servers.config
    this.#client = new Client({ ...this.config, stream: () => this.#socket })
    this.#isGone = new Promise((resolve) => this.#socket.once('close', resolve))
    // What pg makes up itself has no code, and names no cause: the end of the socket.
    const lose = (error?: Error): void => {
      const cause = error && codeOf(error) !== undefined ? error : new ConnectionLostError('its connection was closed')
      this.#spend(this.#runner.fail(cause), 'lost')
      onLost(this)
    }
    this.#runner = new StatementRunner(this.#client, settings, {
      spend: (error) => this.#spend(error, 'error'),
      lose: (error) => {
        this.#spend(error, 'silent')
        void this.close()
      },
    })
    this.#client.on('error', lose)
    this.#client.on('end', () => lose())
  }

  /** The id of the server process; 0 before the login. */
  get processID(): number {
    return this.#runner.internals.processID ?? 0
  }

  /** Why it must not be used again. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Why it is to be retired: what was noted first. */
  retireReasonAt(now: number): RetireReason | undefined {
    return this.#retireReason ?? (now >= this.#expiresAt ? 'lifetime' : undefined)
  }

  /** Whether a statement is still waited for. */
  get isBusy(): boolean {
    return this.#runner.isBusy
  }

  /** Whether it can be lent as it is: in use a moment ago, and not to be retired. */
  isFreshAt(now: number): boolean {
    return now - this.#lastUsedAt <= trustedForMs && this.retireReasonAt(now) === undefined
  }

  /** Whether the session is as the next borrower expects it: nothing pending, no transaction open, nothing left behind. */
  get isClean(): boolean {
    return this.#runner.isReady && !this.#failure && !this.isInTransaction && !this.#runner.session.isDirty
  }

  /** Whether a transaction is open, as of the last answer of the server's. */
  get isInTransaction(): boolean {
    return this.#runner.internals.getTransactionStatus() !== 'I'
  }

  /** How often the server was ready with no transaction open. */
  get idleCount(): number {
    return this.#runner.idleCount
  }

  /** How old it is. */
  get ageMs(): number {
    return performance.now() - this.#openedAt
  }

  /** Whether it has been idle for longer than it may. */
  isIdleForTooLong(now: number): boolean {
    return now - this.#lastUsedAt >= this.#idleTimeoutMs
  }

  /** Notes that it becomes idle now. */
  rest(now: number): void {
    this.#lastUsedAt = now
    this.#runner.session.rest()
  }

  /** Notes that it shall not be lent again, and why; the first reason counts. */
  retire(reason: RetireReason): void {
    this.#retireReason ??= reason
  }

  /** Connects and logs in. */
  async open(): Promise<void> {
    await this.#servers.login(this.#client)
    this.loginMs = this.ageMs
    this.#runner.opened()
  }

  /** Runs one statement, after those before it. */
  run(statement: Statement): void {
    this.#runner.run(statement)
  }

  /** Answers a statement's caller at once, and has the server stop it. */
  abandon(statement: Statement, reason: unknown): void {
    this.#runner.abandon(statement, reason)
  }

  /** Hands a cursor or a query stream to pg. */
  submit(query: Submittable): void {
    this.#runner.submit(query)
  }

  /** Asks for an answer, soon. */
  async ping(): Promise<boolean> {
    if (!(await this.#runner.upkeep(''))) this.retire('silent')
    return this.isClean
  }

  /** Ends what the last borrower left: waits for the server to be ready, rolls back what is open, resets what was set. */
  async clean(): Promise<boolean> {
    if (!(await this.#runner.whenReady()) || this.#failure) return false
    const { session } = this.#runner
    const steps = [this.isInTransaction ? 'rollback' : '', session.isDirty ? session.resetText : '']
    const text = steps.filter((step) => step !== '').join('; ')
    if (text === '') return this.isClean
    if (!(await this.#runner.upkeep(text))) return false
    if (session.isDirty) session.wasReset()
    return this.isClean
  }

  /** Closes it: with a goodbye when the server waits, else after a cancel. Resolves when the socket is gone, within two seconds. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  /** Gives it up: its server has been silent for too long to be told. */
  cut(): void {
    this.#runner.fail(new ConnectionLostError('its connection was given up'))
    this.#socket.destroy()
  }

  #spend(error: Error, reason: RetireReason): void {
    this.#failure ??= error
    this.retire(reason)
  }

  async #close(): Promise<void> {
    const wasReady = this.#runner.isReady
    this.#runner.fail(this.#failure ?? new ConnectionLostError('its connection was given up'))
    if (this.#socket.destroyed) return
    const timer = setTimeout(() => this.#socket.destroy(), upkeepTimeoutMs).unref()
    if (wasReady) void this.#client.end()
    else {
      await cancelRequest(this.#client, upkeepTimeoutMs)
      this.#socket.destroy()
    }
    await this.#isGone
    clearTimeout(timer)
  }
}

/** A little less, by chance, so that those opened together do not end together. */
function jittered(ms: number): number {
  return ms * (1 - Math.random() / 10)
}
