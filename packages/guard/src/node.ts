/**
 * Guards for node:http, node:https and the HTTP/2 compatibility layer, for connect-style middleware, and for upgrades.
 *
 * @module node
 */
import type { Guard } from './guard.ts'
import { nodeMiddleware, type Next } from './node-middleware.ts'
import { bodyProperty, doorOf, type GuardOptions } from './options.ts'
import type { GuardedRequest, GuardedResponse } from './departing.ts'
import type { NodeRequest, NodeResponse } from './protect.ts'
import { sendReply } from './send-reply.ts'

export { attach, type ServerLike } from './attach.ts'
export { protect, type NodeRequest, type NodeResponse } from './protect.ts'
export type { Next } from './node-middleware.ts'

/**
 * Puts guards into whatever takes `(request, response, next)`: connect, NestJS, Vite.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 */
export function middleware(
  guards: readonly Guard[],
  options: GuardOptions = {},
): (request: NodeRequest, response: NodeResponse, next: Next) => void {
  const run = nodeMiddleware(doorOf(guards, options, bodyProperty), sendReply)
  return (request, response, next) => run(request as GuardedRequest, response as GuardedResponse, next)
}
