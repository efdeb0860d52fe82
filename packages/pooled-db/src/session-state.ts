import type { PoolSettings } from './options.ts'
import type { ParameterStatus } from './pg-internals.ts'
import type { StatementText } from './statement-text.ts'

/** Tags after which the session is no longer as it was. `SET` is told apart by its text. */
const marks = new Set(['LISTEN', 'LOAD', 'DISCARD ALL', 'PREPARE'])

/** A setting that the server changes by itself: when it is promoted. */
const serversOwn = 'in_hot_standby'

/** All that `discard all` does, but for the prepared statements, which are the pool's own. It may follow a rollback in one message. */
const reset =
  'close all; set session authorization default; reset all; unlisten *; select pg_advisory_unlock_all(); discard temp; discard sequences'

/** Whether a session is as it was after the login, told without asking the server: by texts, tags and reported settings. */
export class SessionState {
  #isMarked = false
  /** A PREPARE of the borrower's, whose name might meet another's. */
  #hasPrepared = false
  /** Its borrower has asked the server to refuse writes. */
  #isReadOnly = false
  /** Whether it is of use only with a server that takes writes. */
  readonly #isForWrites: boolean
  /** Reported settings as they were after the login. */
  readonly #initial = new Map<string, string>()
  /** Reported settings that differ from that. */
  readonly #changed = new Map<string, string>()
  #isOpening = true
  /** A pooler in between gives each transaction another session: there is none to keep clean. */
  readonly #isShared: boolean

  constructor({ pgbouncer, isForWrites }: Pick<PoolSettings, 'pgbouncer' | 'isForWrites'>) {
    this.#isShared = pgbouncer
    this.#isForWrites = isForWrites
  }

  /** Whether something may be left that the next borrower must not find. */
  get isDirty(): boolean {
    if (this.#isShared) return false
    return this.#isMarked || this.#changed.size > 0
  }

  /** The statements that make it as it was. */
  get resetText(): string {
    return this.#hasPrepared ? `${reset}; deallocate all` : reset
  }

  /** Whether the server is meant to refuse writes. */
  get isMeantReadOnly(): boolean {
    return this.#isReadOnly || !this.#isForWrites
  }

  /** Notes that its borrower has given it back. */
  rest(): void {
    this.#isReadOnly = false
  }

  /** Notes that the login is over. */
  opened(): void {
    this.#isOpening = false
  }

  /** Notes a statement that is about to be sent. */
  noteText(text: StatementText): void {
    if (text.marksSession) this.#isMarked = true
    if (text.asksReadOnly) this.#isReadOnly = true
  }

  /** Notes that nobody can tell what is about to be sent. */
  noteUnknown(): void {
    this.#isMarked = true
  }

  /** Notes a tag without a count. */
  noteTag(tag: string, text: StatementText): void {
    if (tag === 'SET' ? !text.setsLocally : marks.has(tag)) this.#isMarked = true
    if (tag === 'PREPARE') this.#hasPrepared = true
  }

  /** Notes a setting that the server reports. */
  noteParameter({ parameterName: name, parameterValue: value }: ParameterStatus): void {
    if (name === serversOwn) return
    if (this.#isOpening) this.#initial.set(name, value)
    else if (this.#initial.get(name) === value) this.#changed.delete(name)
    else this.#changed.set(name, value)
  }

  /** Notes that the reset was done. What differs still was changed by the server's own configuration. */
  wasReset(): void {
    this.#isMarked = false
    this.#hasPrepared = false
    for (const [name, value] of this.#changed) this.#initial.set(name, value)
    this.#changed.clear()
  }
}
