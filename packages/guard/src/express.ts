/**
 * Guards for Express 5.
 *
 * @module express
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GuardedRequest, GuardedResponse } from './departing.ts'
import type { Guard } from './guard.ts'
import { nodeMiddleware, type Next } from './node-middleware.ts'
import { bodyProperty, doorOf, type GuardOptions } from './options.ts'
import { setReply } from './send-reply.ts'

export type { Next } from './node-middleware.ts'

/**
 * Puts guards into Express: `app.use(guard([…]))` before everything else, and again on a route behind its body parser for
 * guards that read the body. What a guard throws in `onRequest` goes to Express's error handlers.
 *
 * Express's own `trust proxy` is not consulted: see {@link GuardOptions.trustedProxies}.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 * @example
 * ```ts
 * import express from 'express'
 * import { guard } from '@seawall/guard/express'
 *
 * const nosniff = { name: 'nosniff', headers: { 'x-content-type-options': 'nosniff' } }
 * const app = express().use(guard([nosniff], { trustedProxies: ['10.0.0.0/8'] }))
 * app.get('/', (_request, response) => response.send('hello'))
 * ```
 */
export function guard(
  guards: readonly Guard[],
  options: GuardOptions = {},
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  const run = nodeMiddleware(doorOf(guards, options, bodyProperty), setReply)
  return (request, response, next) => run(request as GuardedRequest, response as GuardedResponse, next)
}
