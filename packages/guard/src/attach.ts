import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { admit, isPromise } from './admit.ts'
import { callOnClose } from './call-hooks.ts'
import type { GuardedRequest, GuardedResponse } from './departing.ts'
import type { Guard, Reply } from './guard.ts'
import { enter } from './node-exchange.ts'
import { bodyProperty, doorOf, type Door, type GuardOptions } from './options.ts'
import { handle } from './protect.ts'
import { internalServerError, sendReply } from './send-reply.ts'
import { endWithResponse } from './watch-response.ts'

/** What is needed of a server: of node:http, node:https or node:http2. */
export interface ServerLike {
  /** Calls the listeners of an event. */
  emit(event: string | symbol, ...args: unknown[]): boolean
}

/** The events that bring a request and its response; the guards stand before all of their listeners. */
const requestEvents: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])
/** The events that bring a request and a bare socket; under HTTP/2, `connect` brings a response. */
const upgradeEvents: ReadonlySet<string | symbol> = new Set(['upgrade', 'connect'])

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

/** How long a client may read nothing of a refusal before its socket is cut. */
const refusalIdleMs = 2000

/**
 * Puts guards before everything that a server does: each request, also one that no framework's hook would see, and each
 * upgrade to another protocol. A refused upgrade is answered with the guards' reply and its socket closed.
 *
 * Listeners may be added before or after. Requests that an application takes as HTTP/2 `stream` events do not pass here.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { attach } from '@seawall/guard/node'
 *
 * const server = createServer((_request, response) => response.end('hello'))
 * attach(server, [
 *   { name: 'same-site', onRequest: (x) => (x.header('sec-fetch-site') === 'cross-site' ? { status: 403 } : undefined) },
 * ])
 * ```
 */
export function attach<Server extends ServerLike>(
  server: Server,
  guards: readonly Guard[],
  options: GuardOptions = {},
): Server {
  const door = doorOf(guards, options, bodyProperty)
  const { emit } = server as { readonly emit: Emit }
  server.emit = function emitGuarded(this: Server, event, ...args) {
    if (requestEvents.has(event)) {
      const [request, response] = args as [GuardedRequest, GuardedResponse]
      handle(door, request, response, () => void emit.call(this, event, request, response))
      return true
    }
    if (!upgradeEvents.has(event)) return emit.call(this, event, ...args)
    const [request, other] = args as [GuardedRequest, Duplex | GuardedResponse]
    if ('writeHead' in other)
      handle(door, request, other, () => emit.call(this, event, ...args) || sendReply(other, { status: 405 }))
    else handleUpgrade(door, request, other, () => void emit.call(this, event, ...args))
    return true
  }
  return server
}

/** Node has taken its own listener away: a reset while guards decide, or while a refusal leaves, would end the process. */
function ignoreError(): void {}

function handleUpgrade(door: Door, request: GuardedRequest, socket: Duplex, proceed: () => void): void {
  socket.on('error', ignoreError)
  const response = new ServerResponse(request as IncomingMessage) as GuardedResponse
  const exchange = enter(door, request, response, request)
  let accepted = false
  socket.once('close', () => {
    if (accepted) callOnClose(exchange, { status: 101, aborted: false, bytes: undefined })
    else endWithResponse(exchange)
  })
  const settle = (reply: Reply | undefined): void => {
    if (socket.destroyed) return
    if (reply !== undefined) return refuse(response, socket as Socket, reply)
    accepted = true
    socket.off('error', ignoreError)
    proceed()
  }
  const fail = (error: unknown): void => {
    exchange.report(error, exchange.asked, 'onRequest')
    settle(internalServerError)
  }
  let verdict: ReturnType<typeof admit>
  try {
    verdict = admit(door.stack.request, exchange)
  } catch (error) {
    return fail(error)
  }
  if (isPromise(verdict)) verdict.then((reply) => process.nextTick(settle, reply), fail)
  else settle(verdict)
}

function refuse(response: GuardedResponse, socket: Socket, reply: Reply): void {
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => socket.destroySoon())
  socket.setTimeout(refusalIdleMs, () => socket.destroy())
  sendReply(response, reply)
}
