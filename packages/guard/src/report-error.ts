import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { isPromise } from './admit.ts'
import type { Exchange } from './guard.ts'

/** The moment in which a guard failed. `handler` is the listener that `protect` wraps. */
export type Moment = 'onRequest' | 'onHead' | 'onBody' | 'onClose' | 'handler'

/** Where an error came from. */
export interface ErrorContext {
  /** The guard's name, or `handler`. */
  readonly guard: string
  /** The moment in which it was thrown. */
  readonly moment: Moment
  /** The exchange it concerns. */
  readonly exchange: Exchange
}

/** Takes the errors that no framework can take: thrown in `onHead`, `onBody`, `onClose`, or under bare node:http. */
export type OnError = (error: unknown, context: ErrorContext) => void

/** What `seawall:guard:error` tells. */
export interface ErrorMessage {
  /** What was thrown. */
  readonly error: unknown
  /** The guard's name, or `handler`. */
  readonly guard: string
  /** The moment in which it was thrown. */
  readonly moment: Moment
}

const errors = channel('seawall:guard:error')

/** Hands an error to `onError` and the channel; with neither, it becomes a process warning. Never throws. */
export function reportError(onError: OnError | undefined, error: unknown, context: ErrorContext): void {
  const message: ErrorMessage = { error, guard: context.guard, moment: context.moment }
  if (errors.hasSubscribers) errors.publish(message)
  if (onError === undefined) {
    if (!errors.hasSubscribers) warn(error, context)
    return
  }
  try {
    const result: unknown = onError(error, context)
    // it may have been written `async`: a rejection would end the process
    if (isPromise(result)) result.then(undefined, (second: unknown) => warn(second, context))
  } catch (second) {
    warn(second, context)
  }
}

function warn(error: unknown, { guard, moment }: ErrorContext): void {
  process.emitWarning(`'${guard}' threw in ${moment}: ${inspect(error)}`, {
    type: 'SeawallWarning',
    code: 'SEAWALL_GUARD_ERROR',
  })
}
