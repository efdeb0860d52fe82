/**
 * Guards for Hono 4, on Node and on every other runtime of Hono.
 *
 * @module hono
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { admit, isPromise } from './admit.ts'
import { exchangeKey, type GuardedRequest, type GuardedResponse } from './departing.ts'
import type { Guard, Reply } from './guard.ts'
import { enter } from './node-exchange.ts'
import { doorOf, type Door, type GuardOptions } from './options.ts'
import { WebExchange } from './web-exchange.ts'
import { finish, toResponse } from './web-response.ts'

/** What is needed of Hono's context. */
export interface HonoContext {
  /** What the runtime has bound; on Node the request and response. */
  readonly env: unknown
  /** The request. */
  readonly req: {
    /** The web request. */
    readonly raw: Request
  }
  /** The response. */
  res: Response
}

/** Options of the Hono door. */
export interface HonoGuardOptions extends GuardOptions {
  /**
   * Tells the address of the socket's other end on runtimes other than Node: `(c) => getConnInfo(c).remote.address` of the
   * runtime's `conninfo`. Not asked on Node.
   *
   * @default the address is not known, and `exchange.ip` is empty
   */
  readonly peerAddress?: (context: HonoContext) => string | undefined
}

interface NodeBindings {
  readonly incoming?: IncomingMessage
  readonly outgoing?: ServerResponse
}

/**
 * Puts guards into Hono: `app.use(guard([…]))` first, and again on a route behind its validator. The parsed body is what a
 * validator has left for `json` or `form`. Off Node, and in `app.request()`, `onBody` is not called, since a web response
 * does not tell a whole body from a stream, and `onClose` runs when the response is handed over.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 */
export function guard(
  guards: readonly Guard[],
  options: HonoGuardOptions = {},
): (context: HonoContext, next: () => Promise<void>) => Promise<Response | void> {
  const { peerAddress, ...shared } = options
  if (peerAddress !== undefined && typeof peerAddress !== 'function')
    throw new TypeError(
      `Cannot mount guards as 'peerAddress' must be a function: current value is ${typeof peerAddress}`,
    )
  const door = doorOf(guards, shared, bodyOf)
  return (context, next) => {
    const { incoming, outgoing } = (context.env ?? {}) as NodeBindings
    if (incoming === undefined || outgoing === undefined)
      return runOnWeb(door, context, next, peerAddress?.(context) ?? '')
    const exchange = enter(door, incoming as GuardedRequest, outgoing as GuardedResponse, context)
    const verdict = admit(door.stack.request, exchange)
    if (verdict === undefined) return next()
    if (!isPromise(verdict)) return Promise.resolve(toResponse(verdict))
    return verdict.then((reply): Promise<Response | void> | Response =>
      reply === undefined ? next() : toResponse(reply),
    )
  }
}

async function runOnWeb(
  door: Door,
  context: HonoContext & { [exchangeKey]?: WebExchange },
  next: () => Promise<void>,
  peerAddress: string,
): Promise<Response | void> {
  const outer = context[exchangeKey]
  const exchange = outer ?? new WebExchange(door, context.req.raw, context, peerAddress)
  context[exchangeKey] = exchange
  exchange.stack = exchange.stack.with(door.stack)
  let reply: Reply | undefined
  try {
    reply = await admit(door.stack.request, exchange)
  } catch (error) {
    // Hono lays the headers of the response that is there over the one its error handler makes
    if (outer === undefined) replaceResponse(context, finish(exchange, new Response(null, { status: 500 })))
    throw error
  }
  if (reply === undefined) await next()
  if (outer !== undefined) return reply && toResponse(reply)
  return replaceResponse(context, finish(exchange, reply === undefined ? context.res : toResponse(reply)))
}

/** Assigned twice: Hono lays the headers of the response before over a new one. */
function replaceResponse(context: HonoContext, response: Response): void {
  context.res = undefined as unknown as Response
  context.res = response
}

interface Parsed {
  readonly req: {
    valid(target: 'json' | 'form'): unknown
    readonly bodyCache: { readonly parsedBody?: unknown }
  }
}

function bodyOf(raw: unknown): unknown {
  const { req } = raw as Parsed
  const parsed = req.bodyCache.parsedBody
  return req.valid('json') ?? req.valid('form') ?? (isPromise(parsed as Promise<unknown>) ? undefined : parsed)
}
