import { codeOf } from './sqlstate.ts'

/** Errors of the pool that are made when time has passed; those made at once have their caller's stack. */
const late = new Set<unknown>(['ERR_POOL_TIMEOUT', 'ERR_QUERY_TIMEOUT', 'ERR_CONNECTION_LOST'])

/**
 * Gives an error of the server's, or of a timer, the stack of whoever awaits it: where it was born nobody can see who
 * asked.
 */
export function tracedToCaller(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if ('severity' in error || late.has(codeOf(error))) Error.captureStackTrace(error, tracedToCaller)
  return error
}
