import { AsyncLocalStorage } from 'node:async_hooks'
import type { Kysely, Transaction, TransactionBuilder } from 'kysely'

/** What is needed of a Kysely instance. `Kysely<DB>` itself would not let TypeScript infer the tables of a subtype. */
export interface Transactional<DB> {
  /** Begins to build a transaction. */
  transaction(): TransactionBuilder<DB>
}

/** What `afterCommit` was given. */
export type CommitHook = () => unknown

/** One transaction, or one savepoint in it, while its function runs. */
export interface TransactionScope {
  /** The database that the transaction was begun on. */
  readonly db: object
  /** The transaction. */
  readonly trx: object
  /** The scope around it, of this database or another. */
  readonly outer: TransactionScope | undefined
  /** What to run after the commit, in order. */
  readonly hooks: CommitHook[]
  /** A nested transaction runs in it. */
  hasNested: boolean
  /** Its function has ended. */
  isOver: boolean
}

const scopes = new AsyncLocalStorage<TransactionScope>()

/** The innermost transaction of the caller; on one database, if one is given by itself or by its transaction. */
export function currentScope(db?: object): TransactionScope | undefined {
  for (let scope = scopes.getStore(); scope; scope = scope.outer) {
    if (!scope.isOver && (db === undefined || scope.db === db || scope.trx === db)) return scope
  }
  return undefined
}

/** Runs a function in a new scope. */
export async function inScope<T>(
  db: object,
  trx: object,
  run: (scope: TransactionScope) => Promise<T>,
): Promise<{ readonly result: T; readonly hooks: readonly CommitHook[] }> {
  const scope = { db, trx, outer: scopes.getStore(), hooks: [] as CommitHook[], hasNested: false, isOver: false }
  try {
    return { result: await scopes.run(scope, () => run(scope)), hooks: scope.hooks }
  } finally {
    scope.isOver = true
  }
}

/**
 * The transaction that the caller is in, or the database itself outside of any: for functions that work in both.
 *
 * @example
 * ```ts
 * import { currentDatabase } from '@seawall/pooled-db'
 * import type { Kysely } from 'kysely'
 *
 * const countBooks = (db: Kysely<{ book: { id: number } }>) =>
 *   currentDatabase(db).selectFrom('book').select((eb) => eb.fn.countAll().as('n')).executeTakeFirstOrThrow()
 * ```
 */
export function currentDatabase<DB>(db: Transactional<DB>): Kysely<DB> {
  return (currentScope(db)?.trx as Transaction<DB> | undefined) ?? (db as Kysely<DB>)
}
