import type { ClientInternals } from './pg-internals.ts'
import type { QueryResult } from './query-result.ts'
import type { PreparedStatements } from './prepared-statements.ts'
import type { TypeParsers } from './query-result.ts'
import type { SessionState } from './session-state.ts'
import type { StatementText } from './statement-text.ts'

/** Called once with what became of a statement. */
export type Answer = (error: unknown, result?: QueryResult) => void

/** What a statement is made of. */
export interface StatementParts {
  readonly text: string
  /** What is appended to the text on its way, unless it is prepared. */
  readonly comment: string
  readonly known: StatementText
  readonly values: readonly unknown[]
  /** Whether it shall run as a prepared statement. */
  readonly isPrepared: boolean
  /** Whether rows are lists of values. */
  readonly hasArrayRows: boolean
  /** Its own parsers of values. */
  readonly types: TypeParsers | undefined
}

/** What a statement needs of the connection that it runs on. */
export interface StatementHost {
  readonly internals: ClientInternals
  readonly prepared: PreparedStatements
  readonly session: SessionState
  /** Called when the server has answered and waits. */
  finished(): void
}
