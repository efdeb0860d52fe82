import type { Client, Submittable as PgSubmittable } from 'pg'
import { cancelRequest } from './cancel-request.ts'
import { Deadline } from './deadline.ts'
import { ConnectionLostError, QueryTimeoutError } from './errors.ts'
import { internalsOf } from './pg-internals.ts'
import type { PoolSettings } from './options.ts'
import { PreparedStatements } from './prepared-statements.ts'
import type { Submittable } from './pool.ts'
import { answerInTime, silence } from './own-statement.ts'
import { Readiness } from './readiness.ts'
import { SessionState } from './session-state.ts'
import { isFatal, isReadOnlyRefusal } from './sqlstate.ts'
import type { Statement } from './statement.ts'
import { StatementText } from './statement-text.ts'

/** How long the pool's own exchanges with the server may take: the rollback, the goodbye, the cancel. */
export const upkeepTimeoutMs = 1000

/** Whom a runner tells what its statements say of the connection. */
export interface RunnerOwner {
  /** It must not be lent again. */
  spend(error: Error): void
  /** It is of no use to anybody. */
  lose(error: Error): void
}

/** Runs statements on one client, one after another, each until its deadline or until its caller gives it up. */
export class StatementRunner {
  readonly internals
  readonly prepared: PreparedStatements
  readonly session: SessionState
  readonly #client: Client
  readonly #owner: RunnerOwner
  readonly #deadline = new Deadline(() => this.#expire())
  /** What the server works on. Its caller may have given it up. */
  #current: Statement | undefined
  /** What is to be sent after it. */
  #queue: Statement[] = []
  /** The server has answered all that it was sent, and waits. */
  #isReady = false
  /** Why nothing can be run any more. */
  #failure: Error | undefined
  /** The end of a cancellation that is under way: whether the connection is of use after it. */
  #cancelling: Promise<boolean> | undefined
  /** How often the server was ready with no transaction open: as long as it stays, one is. */
  idleCount = 0
  /** Those who wait until the server is ready. */
  readonly #readiness = new Readiness(upkeepTimeoutMs)

  constructor(client: Client, settings: PoolSettings, owner: RunnerOwner) {
    this.#client = client
    this.#owner = owner
    this.internals = internalsOf(client)
    this.prepared = new PreparedStatements(settings.maxPreparedStatements)
    this.session = new SessionState(settings)
    this.internals.connection.on('parameterStatus', (message) => this.session.noteParameter(message))
    client.on('drain', () => this.finished())
  }

  /** Whether a statement waits for its answer. */
  get isBusy(): boolean {
    return this.#current?.isAwaited === true || this.#queue.length > 0
  }

  /** Whether the server waits. */
  get isReady(): boolean {
    return this.#isReady && this.#cancelling === undefined
  }

  /** Notes that the login is over. */
  opened(): void {
    this.#isReady = true
    this.session.opened()
  }

  /** Runs a statement, after those that were given before. */
  run(statement: Statement): void {
    if (this.#failure !== undefined) return statement.settle(this.#failure)
    this.#deadline.watch(statement.deadline)
    if (this.#isReady && !this.#cancelling) this.#send(statement)
    else this.#queue.push(statement)
  }

  /** Hands a cursor or a query stream to pg. */
  submit(query: Submittable): void {
    if (this.#failure !== undefined) throw this.#failure
    const text = 'text' in query && typeof query.text === 'string' ? query.text : undefined
    if (text === undefined) this.session.noteUnknown()
    else this.session.noteText(new StatementText(text))
    this.#isReady = false
    this.#client.query(query as PgSubmittable)
  }

  /** Answers a statement's caller at once, and has the server stop it. */
  abandon(statement: Statement, reason: unknown): void {
    if (!statement.isAwaited) return
    const at = this.#queue.indexOf(statement)
    if (at !== -1) this.#queue.splice(at, 1)
    else if (statement === this.#current) this.#cancelling ??= this.#cancel()
    statement.settle(reason)
  }

  /** Runs a statement of the pool's own: whether it was answered without an error, soon. */
  async upkeep(text: string): Promise<boolean> {
    return (await this.#answerTo(text)) === undefined
  }

  /** Waits until the server has answered all that it was sent: whether it has, soon. */
  whenReady(): Promise<boolean> {
    return this.#cancelling ?? this.#whenAnswered()
  }

  #whenAnswered(): Promise<boolean> {
    if (this.#failure !== undefined || this.#isReady) return Promise.resolve(this.#failure === undefined)
    return this.#readiness.wait()
  }

  /** Rejects all statements: nothing can be run any more. Tells why, which the server may have said before. */
  fail(error: Error): Error {
    const last = this.#current?.error
    const failure = (this.#failure ??= last && isFatal(last) ? last : error)
    this.#deadline.stop()
    const statements = this.#current ? [this.#current, ...this.#queue] : this.#queue
    this.#current = undefined
    this.#queue = []
    // What pg says of a lost connection depends on the moment; why it was lost does not.
    for (const statement of statements) statement.settle(failure)
    this.#readiness.tell(false)
    return failure
  }

  /** Called when the server is ready: by the statement that it has answered, and by pg. */
  finished(): void {
    const statement = this.#current
    this.#current = undefined
    this.#isReady = true
    if (this.internals.getTransactionStatus() === 'I') {
      this.idleCount++
      if (statement?.isStale && statement.isAwaited) {
        statement.rewind()
        return this.#send(statement)
      }
    }
    const error = statement?.error
    // A server that has become read-only is of no use; one that was asked to refuse writes has done no more.
    const isSpent = error && (isReadOnlyRefusal(error) ? !this.session.isMeantReadOnly : isFatal(error))
    if (isSpent) this.#owner.spend(error)
    this.#readiness.tell(true)
    statement?.settle(error)
    this.#sendNext()
  }

  #sendNext(): void {
    if (!this.#isReady || this.#cancelling || this.#failure !== undefined) return
    const next = this.#queue.shift()
    if (next) this.#send(next)
  }

  #send(statement: Statement): void {
    try {
      statement.prepare(this)
    } catch (error) {
      statement.settle(error)
      return this.#sendNext()
    }
    this.#current = statement
    this.#isReady = false
    this.#client.query(statement as unknown as PgSubmittable)
  }

  /** Answers the statements that are due, and tells when the next one is. */
  #expire(): number {
    const now = performance.now()
    const waiting = [this.#current, ...this.#queue].filter((statement) => statement?.isAwaited)
    let nextAt = Infinity
    for (const statement of waiting as Statement[]) {
      if (statement.deadline > now) nextAt = Math.min(nextAt, statement.deadline)
      else this.abandon(statement, new QueryTimeoutError(statement.timeoutMs))
    }
    return nextAt
  }

  /** Has the server stop the current statement. Whether the connection is of use after it. */
  async #cancel(): Promise<boolean> {
    const answered = this.#whenAnswered()
    const isHeard = await cancelRequest(this.#client, upkeepTimeoutMs)
    // One more exchange, so that a cancellation that came too late meets nobody else's statement.
    const isUsable = isHeard && (await answered) && (await this.#answerTo('')) !== silence
    this.#cancelling = undefined
    if (isUsable) this.#sendNext()
    else this.#owner.lose(new ConnectionLostError('the server did not stop the one before it'))
    return isUsable
  }

  /** What the server says against a statement of the pool's own, which goes before all that wait. */
  #answerTo(text: string): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.resolve(silence)
    return answerInTime(text, upkeepTimeoutMs, (statement) => this.#send(statement))
  }
}
