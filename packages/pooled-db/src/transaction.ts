import { channel } from 'node:diagnostics_channel'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Transaction } from 'kysely'
import { runHooks } from './after-commit.ts'
import { codeOf } from './sqlstate.ts'
import { checkTransactionOptions, outermostOnly, type TransactionOptions } from './transaction-options.ts'
import {
  type CommitHook,
  currentScope,
  inScope,
  type Transactional,
  type TransactionScope,
} from './transaction-scope.ts'

/** A message of the channel `seawall:pooled-db:retry`: a transaction is about to be run again. */
export interface RetryMessage {
  /** Which repetition comes, from 1. */
  readonly attempt: number
  /** Why: `40001` for a serialization failure, `40P01` for a deadlock. */
  readonly code: string
  /** How long the pause before it is, in milliseconds. */
  readonly delayMs: number
}

const retryChannel = channel('seawall:pooled-db:retry')
const longestDelayMs = 1000

/**
 * Runs a function in a transaction: commits when it resolves, and rolls back when it throws. In a transaction of the same
 * database, begun by this function, it sets a savepoint instead, and rolls back to that alone. After a serialization failure
 * or a deadlock the outermost function is run again.
 *
 * @throws What the function throws, and TypeError or RangeError for a bad option.
 * @example
 * ```ts
 * import { transaction } from '@seawall/pooled-db'
 * import type { Kysely } from 'kysely'
 *
 * function pay(db: Kysely<{ account: { id: number; cents: number } }>, id: number, cents: number) {
 *   return transaction(db, (trx) =>
 *     trx.updateTable('account').set((eb) => ({ cents: eb('cents', '-', cents) })).where('id', '=', id).execute(),
 *   )
 * }
 * ```
 */
export async function transaction<DB, T>(
  db: Transactional<DB>,
  run: (trx: Transaction<DB>) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  checkTransactionOptions(options)
  const scope = currentScope(db)
  if (!scope) return outermost(db, run, options)
  const misplaced = outermostOnly.find((name) => options[name] !== undefined)
  if (misplaced) throw new TypeError(`Cannot nest a transaction as '${misplaced}' belongs to the outermost one`)
  return nested(scope, run)
}

type Run<DB, T> = (trx: Transaction<DB>) => Promise<T>

async function outermost<DB, T>(db: Transactional<DB>, run: Run<DB, T>, options: TransactionOptions): Promise<T> {
  const { retries = 3, retryDelayMs = 10, signal } = options
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      const { result, hooks } = await attemptOnce(db, run, options)
      await runHooks(hooks)
      return result
    } catch (error) {
      const code = retryCode(error)
      if (code === undefined || attempt > retries) throw error
      const delayMs = Math.random() * Math.min(longestDelayMs, retryDelayMs * 2 ** (attempt - 1))
      retryChannel.publish({ attempt, code, delayMs } satisfies RetryMessage)
      await sleep(delayMs, undefined, { ...(signal && { signal }) })
    }
  }
}

function attemptOnce<DB, T>(
  db: Transactional<DB>,
  run: Run<DB, T>,
  { isolation, readOnly = false }: TransactionOptions,
): Promise<{ readonly result: T; readonly hooks: readonly CommitHook[] }> {
  let builder = db.transaction()
  if (isolation) builder = builder.setIsolationLevel(isolation)
  if (readOnly) builder = builder.setAccessMode('read only')
  return builder.execute((trx) => inScope(db, trx, () => run(trx)))
}

async function nested<DB, T>(outer: TransactionScope, run: Run<DB, T>): Promise<T> {
  // Savepoints are a stack: two at a time would take each other's statements along.
  if (outer.hasNested)
    throw new Error('Cannot nest a transaction as another one runs in the same transaction: await it first')
  outer.hasNested = true
  const trx = outer.trx as Transaction<DB>
  try {
    await sql`savepoint seawall_nested`.execute(trx)
    const { result, hooks } = await inScope(outer.db, trx, () => run(trx)).catch(async (error: unknown) => {
      await undo(trx)
      throw error
    })
    await sql`release savepoint seawall_nested`.execute(trx)
    outer.hooks.push(...hooks)
    return result
  } finally {
    outer.hasNested = false
  }
}

/** When the connection is lost, the whole transaction is, and the first error tells more than this one's. */
async function undo<DB>(trx: Transaction<DB>): Promise<void> {
  try {
    await sql`rollback to savepoint seawall_nested`.execute(trx)
    await sql`release savepoint seawall_nested`.execute(trx)
  } catch {
    // the caller gets the error that led here
  }
}

/** The code of a failure that another attempt may not meet, also where the function has wrapped it. */
function retryCode(error: unknown): string | undefined {
  let cause = error
  for (let depth = 0; depth < 5 && cause instanceof Error; depth++) {
    const code = codeOf(cause)
    if (code === '40001' || code === '40P01') return code
    cause = cause.cause
  }
  return undefined
}
