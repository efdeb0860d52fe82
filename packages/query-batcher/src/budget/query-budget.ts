import { boolean, checkOptions, fn, integer, type Rule } from '@seawall/options'
import { QueryBudgetError } from '../errors.ts'
import type { QueryReport } from './query-report.ts'
import { QueryScope } from './query-scope.ts'
import { reporter } from './reporter.ts'

/** How a `queryBudget` or a `repeatDetector` tells what it has found. */
export interface QueryBudgetOptions {
  /**
   * From how many times on a statement counts as repeated. At least 2.
   *
   * @default 10
   */
  readonly repeats?: number | undefined
  /**
   * Whether `run` fails with a `QueryBudgetError`, where it runs a function that returns a promise or ends at once. The
   * statements have been sent by then: meant for tests and development.
   *
   * @default false
   */
  readonly throws?: boolean | undefined
  /**
   * Called with every report. The default is a warning of the process, once for each place in the code; when the function
   * throws or rejects, that warning takes its place, after one that says so.
   */
  readonly onReport?: ((report: QueryReport) => void) | undefined
}

/** What tells when a request is over: a `ServerResponse` is meant. */
export interface Closing {
  /** Calls a function when the response is over. */
  once(event: 'close', listener: () => void): unknown
}

/** Counts the statements of requests. */
export interface QueryBudget {
  /**
   * Runs what handles a request, and counts the statements that it sends, also later and elsewhere, as long as it was
   * called from there.
   *
   * @param handle - Handles the request, or calls the next handler.
   * @param response - Tells the end of the request where `handle` returns before it, as in Express and Fastify. Without
   * it, the end is that of the promise that `handle` returns, or at once.
   * @returns What `handle` returns.
   * @throws QueryBudgetError with the option `throws`, where it can; else what `handle` throws, which is reported too.
   */
  run<R>(handle: () => R, response?: Closing): R
}

const max: Rule = {
  must: 'an integer of at least 0, or Infinity',
  isType: (value) => typeof value === 'number',
  isInRange: (value) => value === Infinity || (Number.isInteger(value) && (value as number) >= 0),
}
const rules = { repeats: integer({ min: 2 }), throws: boolean, onReport: fn('a function of a report') }

/**
 * Reports requests that send more statements than they may, or one statement again and again. Cheap enough to leave on.
 *
 * @param most - How many statements a request may send.
 * @param options - What counts as repeated, and how to tell.
 * @throws TypeError for an unknown option or one of the wrong type.
 * @throws RangeError for an option outside its range.
 * @example
 * ```ts
 * import { queryBudget } from '@seawall/query-batcher/budget'
 *
 * const budget = queryBudget(50)
 * // Express: app.use((req, res, next) => budget.run(next, res))
 * // Fastify: app.addHook('onRequest', (request, reply, done) => budget.run(done, reply.raw))
 * // Koa and Hono: app.use((context, next) => budget.run(next))
 * const names = await budget.run(() => db.selectFrom('author').select('name').execute())
 * ```
 */
export function queryBudget(most: number, options: QueryBudgetOptions = {}): QueryBudget {
  checkOptions('create a query budget', { max: most }, { max }, ['max'])
  checkOptions('create a query budget', options, rules)
  return budget(most, options)
}

/**
 * Reports requests that send one statement again and again, however many statements they send in all.
 *
 * @param options - What counts as again and again, and how to tell.
 * @throws TypeError for an unknown option or one of the wrong type.
 * @throws RangeError for an option outside its range.
 */
export function repeatDetector(options: QueryBudgetOptions = {}): QueryBudget {
  checkOptions('create a repeat detector', options, rules)
  return budget(Infinity, options)
}

function budget(most: number, { repeats = 10, throws = false, onReport }: QueryBudgetOptions): QueryBudget {
  const tell = reporter(onReport)
  return {
    run: (handle, response) => {
      const scope = new QueryScope(Math.min(repeats, most + 1))
      const finish = (mayThrow: boolean) => {
        scope.end()
        if (!scope.exceeds(most, repeats)) return
        const report = scope.report(most, repeats)
        if (throws && mayThrow) throw new QueryBudgetError(report)
        tell(report)
      }
      let result
      try {
        result = scope.run(handle)
      } catch (error) {
        finish(false)
        throw error
      }
      return until(result, response, finish)
    },
  }
}

/** Calls `finish` when the work is over. It may throw when it is the caller who waits, and when the work has not failed. */
function until<R>(result: R, response: Closing | undefined, finish: (mayThrow: boolean) => void): R {
  if (isThenable(result)) {
    const finished = result.then(
      (value) => {
        finish(true)
        return value
      },
      (error: unknown) => {
        finish(false)
        throw error
      },
    )
    return finished as R
  }
  if (response === undefined) finish(true)
  else response.once('close', () => finish(false))
  return result
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
