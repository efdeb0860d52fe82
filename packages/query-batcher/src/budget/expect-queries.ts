import { checkOptions, integer } from '@seawall/options'
import { QueryBudgetError } from '../errors.ts'
import { areQueriesSeen, QueryScope } from './query-scope.ts'

/** How many statements a function may send. */
export interface ExpectedQueries {
  /**
   * The most. At least 0.
   */
  readonly max: number
  /**
   * The least.
   *
   * @default 0
   */
  readonly min?: number | undefined
}

/** From this many on the error says what would take the place of the statement. */
const repeats = 3

const unconnected =
  '\n  no statement was ever seen in this process, so nothing was tested: use a pool of @seawall/pooled-db, give Kysely ' +
  'a dialect through countQueries, or call recordQuery'

/**
 * Runs a function, and fails when it sends another number of statements than it should: for tests. Those that begin and
 * end transactions do not count.
 *
 * @param expected - Exactly how many statements, or from `min` to `max`.
 * @param work - Sends them, directly or through whatever it calls and awaits.
 * @returns What `work` returns.
 * @throws RangeError before it runs anything, for a limit that is none, or a `min` above `max`.
 * @throws QueryBudgetError that lists the statements, how often each was sent and from where in the code; also when no
 * statement was ever seen in this process and one was expected, since then nothing is connected that could count.
 * @example
 * ```ts
 * import { expectQueries } from '@seawall/query-batcher/budget'
 *
 * const names = await expectQueries({ max: 3 }, () => db.selectFrom('author').select('name').execute())
 * ```
 */
export async function expectQueries<R>(
  expected: number | ExpectedQueries,
  work: () => R | PromiseLike<R>,
): Promise<Awaited<R>> {
  const limits = typeof expected === 'number' ? { min: expected, max: expected } : expected
  const count = integer({ min: 0 })
  checkOptions('expect queries', limits, { max: count, min: count }, ['max'])
  const { max, min = 0 } = limits
  if (min > max)
    throw new RangeError(`Cannot expect queries as 'min' must be at most 'max', ${max}: current value is ${min}`)
  const scope = new QueryScope(1)
  const result = await scope.run(work)
  scope.end()
  const report = scope.report(max, repeats)
  if (max > 0 && !areQueriesSeen()) throw new QueryBudgetError(report, unconnected)
  if (report.queries > max) throw new QueryBudgetError(report)
  if (report.queries < min) throw new QueryBudgetError(report, `\n  at least ${min} were expected`)
  return result
}
