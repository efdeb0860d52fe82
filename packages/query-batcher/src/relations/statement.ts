import { sql, type CompiledQuery, type RawBuilder } from 'kysely'
import type { AnyQuery, RelationDatabase, RelationSource, SelectStatement } from './relation.ts'

/** A query that can be run, and can stand in the from clause of another one. */
export interface Statement {
  /** The query in parentheses. */
  readonly nested: SelectStatement
  /** The text for the server. */
  readonly compile: (db: RelationDatabase) => CompiledQuery
}

/** A statement of a query that has been built with Kysely. */
export function builtStatement(query: AnyQuery): Statement {
  return { nested: query, compile: () => query.compile() }
}

/** A statement that has been written out. */
export function rawStatement(text: RawBuilder<unknown>): Statement {
  return { nested: sql`(${text})`, compile: (db) => text.compile(db) }
}

/** What is needed of an executor; the one of Kysely 0.28 takes no notice of the options. */
interface Executor {
  executeQuery(query: CompiledQuery, options?: { readonly signal: AbortSignal }): Promise<{ readonly rows: unknown[] }>
}

/** Runs a statement, unless the load has been aborted. */
export async function run<Row = object>({ db, signal }: Pick<RelationSource, 'db' | 'signal'>, query: CompiledQuery) {
  const executor: Executor = db.getExecutor()
  signal?.throwIfAborted()
  const { rows } = await executor.executeQuery(query, signal && { signal })
  signal?.throwIfAborted()
  return rows as Row[]
}
