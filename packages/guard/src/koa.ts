/**
 * Guards for Koa 3.
 *
 * @module koa
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { admit, isPromise } from './admit.ts'
import type { GuardedRequest, GuardedResponse } from './departing.ts'
import type { Guard, Reply } from './guard.ts'
import { enter } from './node-exchange.ts'
import { doorOf, type GuardOptions } from './options.ts'

/** What is needed of Koa's context. */
export interface KoaContext {
  /** Node's request. */
  readonly req: IncomingMessage
  /** Node's response. */
  readonly res: ServerResponse
  /** The status code. */
  status: number
  /** The response's body. */
  body: unknown
  /** Sets a response header. */
  set(name: string, value: string | string[]): void
}

/**
 * Puts guards into Koa: `app.use(guard([…]))` first, and again on a route behind its body parser. The body is what the
 * parser has left in `ctx.request.body`. Koa's own `app.proxy` is not consulted.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 * @example
 * ```ts
 * import Koa from 'koa'
 * import { guard } from '@seawall/guard/koa'
 *
 * const nosniff = { name: 'nosniff', headers: { 'x-content-type-options': 'nosniff' } }
 * const app = new Koa().use(guard([nosniff]))
 * app.use((context) => (context.body = 'hello'))
 * ```
 */
export function guard(
  guards: readonly Guard[],
  options: GuardOptions = {},
): (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown> | undefined {
  const door = doorOf(guards, options, { bodyOf })
  return (context, next) => {
    const exchange = enter(door, context.req as GuardedRequest, context.res as GuardedResponse, context)
    const verdict = admit(door.stack.request, exchange)
    if (verdict === undefined) return next()
    return isPromise(verdict) ? settle(context, verdict, next) : answer(context, verdict)
  }
}

async function settle(
  context: KoaContext,
  verdict: Promise<Reply | undefined>,
  next: () => Promise<unknown>,
): Promise<unknown> {
  const reply = await verdict
  return reply === undefined ? next() : answer(context, reply)
}

function bodyOf(raw: unknown): unknown {
  return (raw as { readonly request: { readonly body?: unknown } }).request.body
}

function answer(context: KoaContext, { status, headers, body }: Reply): undefined {
  // a body sets a type and, when it is none, a status: it comes first
  context.body =
    body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : (body ?? null)
  context.status = status
  for (const [name, value] of Object.entries(headers ?? {}))
    context.set(name, typeof value === 'string' ? value : [...value])
  return undefined
}
