import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { admit, isPromise } from './admit.ts'
import type { GuardedRequest, GuardedResponse } from './departing.ts'
import type { Guard, Reply } from './guard.ts'
import { enter, type NodeExchange } from './node-exchange.ts'
import { bodyProperty, doorOf, type Door, type GuardOptions } from './options.ts'
import { internalServerError, sendReply } from './send-reply.ts'

/** A request of node:http and node:https, or of the HTTP/2 compatibility layer. */
export type NodeRequest = IncomingMessage | Http2ServerRequest

/** A response of node:http and node:https, or of the HTTP/2 compatibility layer. */
export type NodeResponse = ServerResponse | Http2ServerResponse

/**
 * Puts guards before a request listener. What the listener throws, or rejects with, becomes a 500 without a word of the
 * error, and is reported to `onError`.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { protect } from '@seawall/guard/node'
 *
 * const nosniff = { name: 'nosniff', headers: { 'x-content-type-options': 'nosniff' } }
 * const server = createServer(protect([nosniff], (request, response) => response.end('hello')))
 * ```
 */
export function protect(
  guards: readonly Guard[],
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  options: GuardOptions = {},
): (request: NodeRequest, response: NodeResponse) => void {
  if (typeof listener !== 'function')
    throw new TypeError(`Cannot mount guards as 'listener' must be a function: current value is ${typeof listener}`)
  const door = doorOf(guards, options, bodyProperty)
  return (request, response) => {
    handle(door, request as GuardedRequest, response as GuardedResponse, listener)
  }
}

/** Takes a request that the guards have let through. */
export type Handler = (request: GuardedRequest, response: GuardedResponse) => unknown

/** Lets the guards decide, and then either answers or calls the handler. */
export function handle(door: Door, request: GuardedRequest, response: GuardedResponse, handler: Handler): void {
  const exchange = enter(door, request, response, request)
  try {
    const verdict = admit(door.stack.request, exchange)
    if (verdict === undefined) run(exchange, handler)
    else if (isPromise(verdict)) verdict.then((reply) => settle(exchange, reply, handler)).catch(failLater(exchange))
    else sendReply(response, verdict)
  } catch (error) {
    fail(exchange, error, 'onRequest')
  }
}

function settle(exchange: NodeExchange, reply: Reply | undefined, handler: Handler): void {
  if (reply === undefined) run(exchange, handler)
  else sendReply(exchange.response, reply)
}

function run(exchange: NodeExchange, handler: Handler): void {
  try {
    const result = handler(exchange.request, exchange.response)
    if (isPromise(result)) result.then(undefined, (error: unknown) => fail(exchange, error, 'handler'))
  } catch (error) {
    fail(exchange, error, 'handler')
  }
}

function failLater(exchange: NodeExchange): (error: unknown) => void {
  return (error) => fail(exchange, error, 'onRequest')
}

function fail(exchange: NodeExchange, error: unknown, moment: 'onRequest' | 'handler'): void {
  const { response } = exchange
  exchange.report(error, moment === 'handler' ? 'handler' : exchange.asked, moment)
  if (response.writableEnded) return
  if (response.headersSent) response.destroy()
  else sendReply(response, internalServerError)
}
