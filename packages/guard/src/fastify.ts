/**
 * Guards for Fastify 5.
 *
 * @module fastify
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { admit, isPromise } from './admit.ts'
import type { GuardedRequest, GuardedResponse } from './departing.ts'
import type { Guard, Reply } from './guard.ts'
import { enter } from './node-exchange.ts'
import { bodyProperty, doorOf, type GuardOptions } from './options.ts'

/** What is needed of Fastify's request. */
export interface FastifyRequestLike {
  /** Node's request. */
  readonly raw: IncomingMessage
  /** The parsed body. */
  readonly body: unknown
}

/** What is needed of Fastify's reply. */
export interface FastifyReplyLike {
  /** Node's response. */
  readonly raw: ServerResponse
  /** Sets the status code. */
  code(status: number): unknown
  /** Sets headers. */
  headers(values: Record<string, string | string[]>): unknown
  /** Sends the body. */
  send(body?: string | Buffer): unknown
}

/** A hook of Fastify in its callback form. */
export type FastifyHook = (request: FastifyRequestLike, reply: FastifyReplyLike, done: (error?: Error) => void) => void

/** What is needed of a Fastify instance. */
export interface FastifyInstanceLike {
  /** Adds a hook. */
  addHook(name: 'onRequest', hook: FastifyHook): unknown
}

/** A Fastify plugin that reaches every route, also those of its parent. */
export type FastifyPlugin = (instance: FastifyInstanceLike, options: unknown, done: (error?: Error) => void) => void

/**
 * Puts guards into Fastify: `app.register(guard([…]))` before the routes. They run in `onRequest`, also for a 404, where no
 * body is parsed yet: see {@link guardHook}. A malformed URL reaches no hook of Fastify; to guard that too, use `attach`
 * of `@seawall/guard/node` on `app.server`. Fastify's own `trustProxy` is not consulted.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 * @example
 * ```ts
 * import fastify from 'fastify'
 * import { guard, guardHook } from '@seawall/guard/fastify'
 *
 * const nosniff = { name: 'nosniff', headers: { 'x-content-type-options': 'nosniff' } }
 * const small = { name: 'small', onRequest: (x) => (x.body?.text?.length > 100 ? { status: 422 } : undefined) }
 * const app = fastify()
 * app.register(guard([nosniff]))
 * app.post('/notes', { preHandler: guardHook([small]) }, (request) => request.body)
 * await app.ready()
 * ```
 */
export function guard(guards: readonly Guard[], options: GuardOptions = {}): FastifyPlugin {
  const hook = guardHook(guards, options)
  const plugin: FastifyPlugin = (instance, _options, done) => {
    instance.addHook('onRequest', hook)
    done()
  }
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@seawall/guard',
  })
}

/**
 * Guards as a hook of one route: `{ preHandler: guardHook([…]) }` for guards that read the parsed body, or `onRequest`.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 */
export function guardHook(guards: readonly Guard[], options: GuardOptions = {}): FastifyHook {
  const door = doorOf(guards, options, bodyProperty)
  return (request, reply, done) => {
    let verdict: ReturnType<typeof admit>
    try {
      const exchange = enter(door, request.raw as GuardedRequest, reply.raw as GuardedResponse, request)
      verdict = admit(door.stack.request, exchange)
    } catch (error) {
      return done(toError(error))
    }
    if (verdict === undefined) return done()
    if (!isPromise(verdict)) return answer(reply, verdict)
    const settle = (later: Reply | undefined): void => (later === undefined ? done() : answer(reply, later))
    const fail = (error: unknown): void => done(toError(error))
    verdict.then(settle, fail)
  }
}

/** Fastify takes a falsy error for none. */
function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('a guard threw what is no error', { cause: thrown })
}

function answer(reply: FastifyReplyLike, { status, headers, body }: Reply): void {
  reply.code(status)
  if (headers !== undefined) reply.headers(headers as Record<string, string | string[]>)
  reply.send(toBuffer(body ?? ''))
}

/** Fastify adds a charset to the type of a string. */
function toBuffer(body: string | Uint8Array): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}
