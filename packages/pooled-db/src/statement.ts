import { extendedQuery, toWire, type WireValue } from './frontend-messages.ts'
import type { WireConnection } from './pg-internals.ts'
import type { Field, QueryResult } from './query-result.ts'
import { RowReader } from './row-reader.ts'
import { isOutdated } from './sqlstate.ts'
import type { Answer, StatementHost, StatementParts } from './statement-parts.ts'

const noNames: readonly string[] = []

/** The answer to an empty text. */
function nothing(): QueryResult {
  return { command: '', rowCount: null, rows: [], fields: [] }
}

/**
 * One statement on its way: a query object that `pg.Client` drives. Unlike pg's own it goes out in one piece, and the
 * columns of a prepared statement are asked for once, not with every run: the server itself refuses a plan whose columns
 * have changed since.
 */
export class Statement {
  /** How long its caller waits, in milliseconds. */
  readonly timeoutMs: number
  /** When it must be answered, on the clock of `performance.now()`. */
  readonly deadline: number
  /** What the server says against it. The answer waits until the server is ready again. */
  error: Error | undefined
  /** Whether it failed since its prepared statement is gone or outdated, and may be run again. */
  isStale = false
  readonly #parts: StatementParts
  #answer: Answer | undefined
  #host: StatementHost | undefined
  #message: Buffer | undefined
  /** Whether the server gets the text, and so tells the columns. */
  #isParsed = false
  #reader: RowReader | undefined
  #described: RowReader | undefined
  #rows: unknown[] | undefined
  #result: QueryResult | undefined
  /** The results of several statements in one text, in the simple protocol. */
  #results: QueryResult[] | undefined
  #hasRetried = false

  /**
   * @param startedAt - Since when its caller waits.
   */
  constructor(parts: StatementParts, timeoutMs: number, startedAt: number, answer: Answer) {
    this.#parts = parts
    this.timeoutMs = timeoutMs
    this.deadline = startedAt + timeoutMs
    this.#answer = answer
  }

  /** Whether somebody still waits for its answer. */
  get isAwaited(): boolean {
    return this.#answer !== undefined
  }

  /**
   * Makes what is to be sent.
   *
   * @throws What a parameter that cannot be sent throws. Nothing was sent then.
   */
  prepare(host: StatementHost): void {
    const { known, text, comment, values, isPrepared } = this.#parts
    this.#host = host
    host.session.noteText(known)
    if (!isPrepared && values.length === 0) return
    const wire = toWire(values)
    this.#message = isPrepared
      ? this.#named(host, wire)
      : extendedQuery({ name: '', text: text + comment, values: wire, drop: noNames })
    if (!isPrepared) this.#isParsed = true
  }

  /** Tells whoever waits, once. */
  settle(error: unknown): void {
    const answer = this.#answer
    this.#answer = undefined
    if (!answer) return
    if (error !== undefined) answer(error)
    else answer(undefined, (this.#results as unknown as QueryResult | undefined) ?? this.#result ?? nothing())
  }

  /** Takes it back to where it was before it was sent, to send it once more. */
  rewind(): void {
    this.#hasRetried = true
    this.isStale = false
    this.error = undefined
    this.#rows = undefined
  }

  /** For pg: there is a callback. Without one it would make a promise. */
  callback(): void {}

  /** For pg: it is its turn. */
  submit(connection: WireConnection): null {
    if (this.#message) connection.stream.write(this.#message)
    else connection.query(this.#parts.text + this.#parts.comment)
    return null
  }

  /** For pg: the columns. */
  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    const host = this.#host as StatementHost
    this.#described = new RowReader(fields, host.internals)
    this.#reader = this.#readerOf(this.#described)
  }

  /** For pg: a row. */
  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.error) return
    try {
      const reader = this.#reader as RowReader
      const row = this.#parts.hasArrayRows ? reader.toArray(fields) : reader.toObject(fields)
      if (this.#rows) this.#rows.push(row)
      else this.#rows = [row]
    } catch (error) {
      // A parser of the application's own: the rest of the rows still has to arrive.
      this.error = error as Error
    }
  }

  /** For pg: the end of one statement; there are several in one text of the simple protocol. */
  handleCommandComplete({ text: tag }: { readonly text: string }): void {
    const space = tag.lastIndexOf(' ')
    const count = space === -1 ? NaN : Number(tag.slice(space + 1))
    const hasCount = !Number.isNaN(count)
    const command = space === -1 ? tag : tag.slice(0, tag.indexOf(' '))
    const fields = this.#reader?.fields ?? []
    const rows = (this.#rows ?? []) as QueryResult['rows']
    this.#note({ command, rowCount: hasCount ? count : null, rows, fields })
    if (!hasCount) this.#host?.session.noteTag(tag, this.#parts.known)
    if (!hasCount && tag.startsWith('D')) this.#noteDropped(tag)
    this.#rows = undefined
    if (!this.#message) this.#reader = undefined
  }

  /** For pg: the text was empty. */
  handleEmptyQuery(): void {}

  /** For pg: there are more rows than were asked for; all are. */
  handlePortalSuspended(): void {}

  /** For pg: `copy … from stdin` waits for data. */
  handleCopyInResponse(connection: WireConnection): void {
    connection.sendCopyFail('A statement of the pool has no data to send')
  }

  /** For pg: `copy … to stdout` sends data. */
  handleCopyData(): void {}

  /** For pg: an error of the server's, or of the connection. */
  handleError(error: Error): void {
    this.error ??= error
    if (!this.#parts.isPrepared || !isOutdated(error)) return
    this.#host?.prepared.forget(this.#parts.known.name)
    this.isStale = !this.#hasRetried
  }

  /** For pg: the server has answered and waits. After an error pg says so to the connection only. */
  handleReadyForQuery(): void {
    const { isPrepared, known } = this.#parts
    if (isPrepared && this.#isParsed && !this.error) this.#host?.prepared.add(known.name, this.#described)
    this.#host?.finished()
  }

  #note(result: QueryResult): void {
    // What pg answers to several statements in one text: the list of their results.
    if (this.#results) this.#results.push(result)
    else if (this.#result) this.#results = [this.#result, result]
    else this.#result = result
  }

  #named({ prepared }: StatementHost, values: readonly WireValue[]): Buffer {
    const { known, text } = this.#parts
    const { name } = known
    const held = prepared.use(name)
    this.#isParsed = held === undefined
    if (held) {
      this.#reader = held.rows && this.#readerOf(held.rows)
      return extendedQuery({ name, text: undefined, values, drop: noNames })
    }
    // Its own name too: the server may hold it from an attempt that failed after it was parsed.
    const oldest = prepared.makeRoom()
    return extendedQuery({ name, text, values, drop: oldest === undefined ? [name] : [oldest, name] })
  }

  #readerOf(rows: RowReader): RowReader {
    const { types } = this.#parts
    return types ? new RowReader(rows.fields, types) : rows
  }

  #noteDropped(tag: string): void {
    if (tag === 'DISCARD ALL' || tag === 'DEALLOCATE ALL') this.#host?.prepared.clear()
  }
}
