import { channel } from 'node:diagnostics_channel'
import { summaryOf, type FailureSummary } from './channels.ts'
import { type CommitHook, currentScope } from './transaction-scope.ts'

/** A message of the channel `seawall:pooled-db:hook-failure`: what `afterCommit` was given has thrown. */
export interface HookFailureMessage {
  /** Which error it was. */
  readonly error: FailureSummary
}

const failures = channel('seawall:pooled-db:hook-failure')

/**
 * Runs a function after the outermost transaction of the caller has committed, and never if it, or the nested transaction
 * that the caller is in, was rolled back. Outside of a transaction it runs at once. Functions run one after another, in the
 * order of their coming; one that throws changes nothing for the others, nor for the transaction, which is committed: its
 * error goes to the channel `seawall:pooled-db:hook-failure`, or becomes a process warning when nobody listens there.
 *
 * @example
 * ```ts
 * import { afterCommit } from '@seawall/pooled-db'
 *
 * await afterCommit(() => console.log('the order is stored: send the mail'))
 * ```
 */
export async function afterCommit(run: () => unknown): Promise<void> {
  if (typeof run !== 'function') throw new TypeError('Cannot run something after the commit as it must be a function')
  const scope = currentScope()
  if (scope) scope.hooks.push(run)
  else await runHooks([run])
}

/** Runs what a committed transaction has collected. */
export async function runHooks(hooks: readonly CommitHook[]): Promise<void> {
  for (const hook of hooks) {
    try {
      await hook()
    } catch (error) {
      report(summaryOf(error))
    }
  }
}

function report(error: FailureSummary): void {
  if (failures.hasSubscribers) return failures.publish({ error } satisfies HookFailureMessage)
  const code = error.code === undefined ? '' : ` (${error.code})`
  process.emitWarning(`A function given to afterCommit has thrown a ${error.name}${code}`, 'CommitHookWarning')
}
