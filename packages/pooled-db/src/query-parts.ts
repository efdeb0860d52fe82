import { checkTimeout } from './check-timeout.ts'
import type { PoolSettings } from './options.ts'
import type { QueryConfig, QueryOptions } from './pool.ts'
import { refuseSessionState } from './session-bound.ts'
import { StatementBook } from './statement-book.ts'
import type { StatementParts } from './statement-parts.ts'
import type { StatementText } from './statement-text.ts'

/** Makes a statement's parts of what callers give: a text or an object, values, options. */
export class QueryReader {
  readonly #book = new StatementBook()
  readonly #mayPrepare: boolean
  readonly #isShared: boolean
  readonly #comment: PoolSettings['comment']

  constructor({ maxPreparedStatements, pgbouncer, comment }: PoolSettings) {
    this.#mayPrepare = maxPreparedStatements > 0
    this.#isShared = pgbouncer
    this.#comment = comment
  }

  /**
   * The parts of one statement.
   *
   * @throws TypeError when it is none, and TypeError or RangeError for a time that is none.
   * @throws SessionStateError when it needs a session to itself, and there is none.
   */
  read(
    query: string | QueryConfig,
    values: readonly unknown[] | undefined,
    { prepare, timeoutMs }: QueryOptions,
  ): StatementParts {
    checkTimeout(timeoutMs)
    const config = typeof query === 'string' ? undefined : checked(query)
    const text = typeof query === 'string' ? query : query.text
    const parameters = values ?? config?.values ?? none
    if (!Array.isArray(parameters)) throw new TypeError('Cannot run a statement as its values must be an array')
    const known = this.#book.lookUp(text)
    if (this.#isShared) refuseSessionState(text, known)
    const comment = this.#comment?.() ?? ''
    const isWanted = comment === '' && (config?.name !== undefined || (prepare ?? parameters.length > 0))
    return {
      text,
      comment,
      known,
      values: parameters,
      isPrepared: isWanted && this.#mayPrepare && known.isPlanned && comesAgain(known, config),
      hasArrayRows: config?.rowMode === 'array',
      types: config?.types,
    }
  }
}

const none: readonly unknown[] = []

/** A text is prepared when it comes the second time: most that come twice come often. */
function comesAgain(known: StatementText, config: QueryConfig | undefined): boolean {
  return config?.name !== undefined || known.uses++ > 0
}

function checked(query: QueryConfig | null | undefined): QueryConfig {
  if (typeof query === 'object' && query !== null && typeof query.text === 'string') return query
  throw new TypeError('Cannot run a statement as it must be a string, or an object with a text or a submit method')
}
