import { AsyncLocalStorage } from 'node:async_hooks'

/** What one request has done, as far as its later statements depend on it. */
export interface RequestScope {
  /** When it last wrote to a database, by `performance.now()`. */
  readonly wroteAt: WeakMap<object, number>
}

const scopes = new AsyncLocalStorage<RequestScope>()

/** Everything that runs outside of any request counts as one. */
const outside: RequestScope = { wroteAt: new WeakMap() }

/**
 * Runs the work of one request. Its reads see its own writes, though they may go to replicas; without this, all work of the
 * process counts as one request, and after any write all reads go to the primary for a moment. A call inside another one
 * belongs to it.
 *
 * @example
 * ```ts
 * import { inRequest } from '@seawall/pooled-db'
 *
 * const handle = (request: Request) => inRequest(async () => new Response(request.url))
 * ```
 */
export function inRequest<T>(run: () => T): T {
  return scopes.getStore() ? run() : scopes.run({ wroteAt: new WeakMap() }, run)
}

/** The request that the caller belongs to. */
export function currentRequest(): RequestScope {
  return scopes.getStore() ?? outside
}
