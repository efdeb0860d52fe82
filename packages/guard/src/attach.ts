import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { admit, isPromise } from './admit.ts'
import type { GuardedRequest, GuardedResponse } from './departing.ts'
import type { Guard, Reply } from './guard.ts'
import { enter } from './node-exchange.ts'
import { bodyProperty, doorOf, type Door, type GuardOptions } from './options.ts'
import { handle } from './protect.ts'
import { internalServerError, sendReply } from './send-reply.ts'
import { endExchange } from './watch-response.ts'

/** What is needed of a server: of node:http, node:https or node:http2. */
export interface ServerLike {
  /** Calls the listeners of an event. */
  emit(event: string | symbol, ...args: unknown[]): boolean
}

/** The events that bring a request and its response; the guards stand before all of their listeners. */
const requestEvents: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])
/** The events that bring a request and a bare socket. */
const upgradeEvents: ReadonlySet<string | symbol> = new Set(['upgrade', 'connect'])

/**
 * Puts guards before everything that a server does: each request, also one that no framework's hook would see, and each
 * upgrade to another protocol. A refused upgrade is answered with the guards' reply and its socket closed.
 *
 * Listeners may be added before or after. Requests that an application takes as HTTP/2 `stream` events do not pass here.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 */
export function attach<Server extends ServerLike>(
  server: Server,
  guards: readonly Guard[],
  options: GuardOptions = {},
): Server {
  const door = doorOf(guards, options, bodyProperty)
  const emit = server.emit
  server.emit = function emitGuarded(this: Server, event, ...args) {
    if (requestEvents.has(event)) {
      const [request, response] = args as [GuardedRequest, GuardedResponse]
      handle(door, request, response, () => void emit.call(this, event, request, response))
      return true
    }
    if (upgradeEvents.has(event)) {
      const [request, socket] = args as [GuardedRequest, Duplex]
      handleUpgrade(door, request, socket, () => void emit.call(this, event, ...args))
      return true
    }
    return emit.call(this, event, ...args)
  }
  return server
}

function handleUpgrade(door: Door, request: GuardedRequest, socket: Duplex, proceed: () => void): void {
  // Node has taken its own listener away: a reset while guards decide would end the process
  const ignore = (): void => {}
  socket.on('error', ignore)
  const exchange = enter(door, request, new ServerResponse(request as IncomingMessage) as GuardedResponse, request)
  const settle = (reply: Reply | undefined): void => {
    if (socket.destroyed) return
    if (reply !== undefined) return refuse(exchange.response, socket, reply)
    socket.off('error', ignore)
    socket.once('close', () => endExchange(exchange, { status: 101, aborted: false, bytes: undefined }))
    proceed()
  }
  const fail = (error: unknown): void => {
    exchange.report(error, 'guard', 'onRequest')
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

function refuse(response: GuardedResponse, socket: Duplex, reply: Reply): void {
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  response.once('finish', () => (socket as Socket).destroySoon())
  sendReply(response, reply)
}
