/**
 * Guards for Hono 4, on Node and on every other runtime of Hono.
 *
 * @module hono
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fn } from '@seawall/options'
import { admit, isPromise } from './admit.ts'
import { exchangeKey, type GuardedRequest, type GuardedResponse } from './departing.ts'
import type { Guard, Reply } from './guard.ts'
import { enter } from './node-exchange.ts'
import { doorOf, type Door, type DoorTraits, type GuardOptions } from './options.ts'
import { pathOf } from './request-target.ts'
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
 * @example
 * ```ts
 * import { Hono } from 'hono'
 * import { guard } from '@seawall/guard/hono'
 *
 * const nosniff = { name: 'nosniff', headers: { 'x-content-type-options': 'nosniff' } }
 * const app = new Hono().use(guard([nosniff])).get('/', (c) => c.text('hello'))
 * console.assert((await app.request('/')).headers.get('x-content-type-options') === 'nosniff')
 * ```
 */
export function guard(
  guards: readonly Guard[],
  options: HonoGuardOptions = {},
): (context: HonoContext, next: () => Promise<void>) => Promise<Response | void> {
  const door = doorOf(guards, options, traits)
  const { peerAddress } = options
  return (context, next) => {
    const { incoming, outgoing } = (context.env ?? {}) as NodeBindings
    if (incoming === undefined || outgoing === undefined)
      return runOnWeb(door, context, next, peerAddress?.(context) ?? '')
    const exchange = enter(door, incoming as GuardedRequest, outgoing as GuardedResponse, context)
    const verdict = admit(door.stack.request, exchange)
    if (verdict === undefined) return next()
    return isPromise(verdict) ? settle(verdict, next) : Promise.resolve(toResponse(verdict))
  }
}

async function settle(verdict: Promise<Reply | undefined>, next: () => Promise<void>): Promise<Response | void> {
  const reply = await verdict
  return reply === undefined ? next() : toResponse(reply)
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
  outer?.join(door)
  let reply: Reply | undefined
  try {
    reply = await admit(door.stack.request, exchange)
    if (reply === undefined) await next()
  } catch (error) {
    // Hono lays the headers of the response that is there over the one its error handler makes
    if (outer === undefined) replaceResponse(context, finish(exchange, new Response(null, { status: 500 })))
    throw error
  }
  if (outer !== undefined) return reply && toResponse(reply)
  return replaceResponse(context, finish(exchange, reply === undefined ? context.res : toResponse(reply)))
}

/** Assigned twice: Hono lays the headers of the response before over a new one. */
function replaceResponse(context: HonoContext, response: Response): void {
  context.res = undefined as unknown as Response
  context.res = response
}

/** Hono resolves dot segments and backslashes before it routes: guards must see the path that it sees. */
function routedPath(target: string): string {
  const path = pathOf(target)
  return /\/\.|%2e|\\/i.test(path) ? new URL(`http://hono${path}`).pathname : path
}

interface Parsed {
  readonly req: {
    readonly raw: Request
    valid(target: 'json' | 'form'): unknown
    readonly bodyCache: { readonly parsedBody?: unknown }
  }
}

/** A validator leaves an empty object where the body is not of its type, so the type says which one to ask. */
function bodyOf(raw: unknown): unknown {
  const { req } = raw as Parsed
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(req.raw.headers.get('content-type') ?? '')
  const parsed = req.bodyCache.parsedBody
  return req.valid(isJson ? 'json' : 'form') ?? (isPromise(parsed as Promise<unknown>) ? undefined : parsed)
}

const traits: DoorTraits = { bodyOf, pathOf: routedPath, rules: { peerAddress: fn() } }
