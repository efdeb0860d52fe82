import { admit, isPromise } from './admit.ts'
import type { GuardedRequest, GuardedResponse } from './departing.ts'
import type { Reply } from './guard.ts'
import { enter } from './node-exchange.ts'
import type { Door } from './options.ts'

/** What a middleware calls to let a request go on, or to hand on an error. */
export type Next = (error?: unknown) => void

/**
 * The `(request, response, next)` form. `next` is called outside every `try`: what a later handler throws is its own.
 *
 * @param answer - How a reply is put on the response.
 */
export function nodeMiddleware(
  door: Door,
  answer: (response: GuardedResponse, reply: Reply) => void,
): (request: GuardedRequest, response: GuardedResponse, next: Next) => void {
  return (request, response, next) => {
    let verdict: ReturnType<typeof admit>
    try {
      verdict = admit(door.stack.request, enter(door, request, response, request))
      if (verdict !== undefined && !isPromise(verdict)) return answer(response, verdict)
    } catch (error) {
      return next(error)
    }
    if (verdict === undefined) return next()
    const settle = (reply: Reply | undefined): void => (reply === undefined ? next() : answer(response, reply))
    const fail = (error: unknown): void => next(error)
    verdict.then(
      (reply) => later(settle, reply),
      (error: unknown) => later(fail, error),
    )
  }
}

/** Out of the promise: what the continuation throws must reach the process like any other throw, not a rejection. */
function later<T>(continuation: (value: T) => void, value: T): void {
  process.nextTick(continuation, value)
}
