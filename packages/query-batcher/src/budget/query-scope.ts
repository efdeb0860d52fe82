/*
 * A scope counts the statements that a function sends, and all that it calls and awaits: AsyncLocalStorage says which
 * scope a statement belongs to. Statements arrive from Seawall's pool by its diagnostics channel, and from any other
 * driver by `recordQuery`. Per statement a scope takes a step in a Map; a call site is looked up once a statement text.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { callSite } from './call-site.ts'
import type { QueryReport, RepeatedStatement, StatementCount } from './query-report.ts'
import { adviceOn } from './relation-advice.ts'
import { statementOf, type Statement } from './statement-shape.ts'

interface Counted {
  readonly sql: string
  count: number
  at: string | undefined
}

const maxStatements = 100
const scopes = new AsyncLocalStorage<QueryScope>()
let hasSeenQueries = false

subscribe('tracing:seawall:pooled-db:query:start', (message) => {
  const { sql } = message as { readonly sql?: unknown }
  if (typeof sql === 'string') recordQuery(sql)
})

/**
 * Counts a statement. For drivers that have no adapter here: call it wherever a statement is sent.
 *
 * @param sql - The statement. Literals in it are never shown.
 * @example
 * ```ts
 * import { expectQueries, recordQuery } from '@seawall/query-batcher/budget'
 *
 * const logger = { logQuery: (sql: string) => recordQuery(sql) } // as Drizzle takes it
 * await expectQueries(1, () => logger.logQuery('select 1'))
 * ```
 */
export function recordQuery(sql: string): void {
  hasSeenQueries = true
  let scope = scopes.getStore()
  if (scope === undefined) return
  const statement = statementOf(sql)
  if (statement.isControl) return
  for (; scope !== undefined; scope = scope.outer) scope.record(statement)
}

/** Whether any statement of this process was ever counted, in a scope or outside. */
export function areQueriesSeen(): boolean {
  return hasSeenQueries
}

export class QueryScope {
  /** The scope that this one runs in, which counts its statements as well. */
  readonly outer: QueryScope | undefined = scopes.getStore()
  /** A statement's call site is looked up when it is sent this often. */
  readonly #siteAt: number
  readonly #statements = new Map<string, Counted>()
  #queries = 0
  /** How often the most frequent statement was sent. */
  #mostFrequent = 0
  #isOver = false

  constructor(siteAt: number) {
    this.#siteAt = siteAt
  }

  run<R>(work: () => R): R {
    return scopes.run(this, work)
  }

  record({ sql }: Statement): void {
    if (this.#isOver) return
    this.#queries++
    const counted = this.#statements.get(sql) ?? this.#add(sql)
    if (counted === undefined) return
    counted.count++
    if (counted.count > this.#mostFrequent) this.#mostFrequent = counted.count
    if (counted.count === this.#siteAt) counted.at = callSite()
  }

  /** Counts no more. */
  end(): void {
    this.#isOver = true
  }

  /** Whether there is anything to report. */
  exceeds(max: number, repeats: number): boolean {
    return this.#queries > max || this.#mostFrequent >= repeats
  }

  report(max: number, repeats: number): QueryReport {
    const statements: (StatementCount | RepeatedStatement)[] = [...this.#statements.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ sql, count, at }) => (count < repeats ? { sql, count, at } : { sql, count, at, advice: adviceOn(sql) }))
    return { queries: this.#queries, max, statements, repeated: statements.filter((one) => 'advice' in one) }
  }

  #add(sql: string): Counted | undefined {
    if (this.#statements.size >= maxStatements) return undefined
    const counted: Counted = { sql, count: 0, at: undefined }
    this.#statements.set(sql, counted)
    return counted
  }
}
