import { checkOptions, fn, integer } from '@seawall/options'
import { inRequest } from './request-scope.ts'
import { transaction } from './transaction.ts'
import type { Transactional } from './transaction-scope.ts'
import { checkTransactionOptions, type TransactionOptions } from './transaction-options.ts'

/** How handlers are wrapped. */
export interface AtomicRequestsOptions extends Pick<TransactionOptions, 'isolation' | 'readOnly' | 'retries'> {
  /**
   * Whether a request that was answered has failed nevertheless, so that its transaction is rolled back. Left out: its status
   * is 500 or above, as far as that can be told from what the handler returned or was given.
   *
   * @param result - What the handler returned.
   * @param handed - What the handler was given.
   */
  readonly isFailure?: (result: unknown, handed: readonly unknown[]) => boolean
  /**
   * As for `transaction`, but none unless asked for: a handler has often read its body, or answered, by then.
   *
   * @default 0
   */
  readonly retries?: number
}

/** Carries a failed answer past the rollback. */
class RolledBack extends Error {
  readonly result: unknown

  constructor(result: unknown) {
    super('The request has failed')
    this.result = result
  }
}

/**
 * Makes a wrapper that runs each call of a handler in one transaction, as Django's `ATOMIC_REQUESTS` does. Inside,
 * `currentDatabase(db)` is that transaction. It commits when the handler resolves, and rolls back when it throws or has
 * failed. A handler that returns its answer is answered after the commit; one that sends it itself does so before.
 *
 * @throws TypeError or RangeError for a bad option.
 * @example
 * ```ts
 * import { atomicRequests, currentDatabase } from '@seawall/pooled-db'
 * import type { Kysely } from 'kysely'
 *
 * function orderHandler(db: Kysely<{ book_order: { book_id: number } }>) {
 *   return atomicRequests(db)(async (request: Request) => {
 *     const { bookId } = (await request.json()) as { bookId: number }
 *     await currentDatabase(db).insertInto('book_order').values({ book_id: bookId }).execute()
 *     return new Response(null, { status: 201 })
 *   })
 * }
 * ```
 */
export function atomicRequests<DB>(
  db: Transactional<DB>,
  options: AtomicRequestsOptions = {},
): <Handed extends readonly unknown[], Result>(
  handler: (...handed: Handed) => Result | Promise<Result>,
) => (...handed: Handed) => Promise<Result> {
  const { isFailure = hasFailed, retries = 0, ...others } = options
  checkOptions('make requests atomic', { isFailure, retries }, { isFailure: fn(), retries: integer({ min: 0 }) })
  checkTransactionOptions(others)
  return <Handed extends readonly unknown[], Result>(handler: (...handed: Handed) => Result | Promise<Result>) =>
    (...handed: Handed): Promise<Result> =>
      inRequest(async () => {
        try {
          return await transaction(db, () => answer(handler, handed, isFailure), { retries, ...others })
        } catch (error) {
          if (error instanceof RolledBack) return error.result as Result
          throw error
        }
      })
}

async function answer<Handed extends readonly unknown[], Result>(
  handler: (...handed: Handed) => Result | Promise<Result>,
  handed: Handed,
  isFailure: (result: unknown, handed: readonly unknown[]) => boolean,
): Promise<Result> {
  const result = await handler(...handed)
  if (isFailure(result, handed)) throw new RolledBack(result)
  return result
}

/** The status of what was returned, else of the response or context that was handed in: `{ status }`, `{ statusCode }`, `{ res }`. */
function hasFailed(result: unknown, handed: readonly unknown[]): boolean {
  const own = statusOf(result)
  if (own !== undefined) return own >= 500
  return handed.some((one) => {
    const inner = (one as { readonly res?: unknown } | null | undefined)?.res
    return (statusOf(one) ?? statusOf(inner) ?? 0) >= 500
  })
}

function statusOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { status, statusCode } = value as { readonly status?: unknown; readonly statusCode?: unknown }
  return [status, statusCode].find((one): one is number => Number.isInteger(one))
}
