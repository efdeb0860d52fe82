import {
  exchangeKey,
  isHttp2,
  type Departing,
  type GuardedRequest,
  type GuardedResponse,
  type Hold,
  type ResponseMethods,
} from './departing.ts'
import { HeadSentError } from './errors.ts'
import { checkField } from './field.ts'
import type { HeaderValue } from './guard.ts'
import type { Door } from './options.ts'
import { reportError, type Moment } from './report-error.ts'
import { hostOf } from './request-target.ts'
import type { Stack } from './stack.ts'
import type { Client, ClientOf, Connection } from './trusted-proxies.ts'
import { watchClose, watchHead } from './watch-response.ts'

/**
 * The exchange of a request on Node: made by the first mount, joined by the later ones.
 *
 * @param door - What mounts its guards.
 * @param raw - The framework's own object.
 */
export function enter(door: Door, request: GuardedRequest, response: GuardedResponse, raw: unknown): NodeExchange {
  const known = request[exchangeKey] as NodeExchange | undefined
  const exchange = known ?? new NodeExchange(door, request, response, raw)
  if (known === undefined) request[exchangeKey] = exchange
  else exchange.join(door, raw)
  if (exchange.stack.touchesHead) watchHead(exchange)
  if (exchange.stack.close.length > 0) {
    exchange.rememberPeer()
    watchClose(exchange)
  }
  return exchange
}

/**
 * An exchange over Node's request and response. On the hot path: plain fields, all set in the constructor in one order,
 * cost less than private ones.
 */
export class NodeExchange implements Departing, Connection {
  raw: unknown
  readonly url: string
  readonly request: GuardedRequest
  readonly response: GuardedResponse
  stack: Stack
  fields: HeaderValue[] | undefined
  writeHead: ResponseMethods['writeHead'] | undefined
  hold: Hold | undefined
  left: boolean
  watched: boolean
  ended: boolean
  asked: string
  peer: string | undefined
  bodyOf: Door['bodyOf']
  pathOf: Door['pathOf']
  readonly onError: Door['onError']
  readonly clientOf: ClientOf
  client: Client | undefined
  scratch: Map<symbol, unknown> | undefined

  constructor(door: Door, request: GuardedRequest, response: GuardedResponse, raw: unknown) {
    this.raw = raw
    this.url = request.originalUrl ?? request.url ?? ''
    this.request = request
    this.response = response
    this.stack = door.stack
    this.fields = undefined
    this.writeHead = undefined
    this.hold = undefined
    this.left = false
    this.watched = false
    this.ended = false
    this.asked = ''
    this.peer = undefined
    this.bodyOf = door.bodyOf
    this.pathOf = door.pathOf
    this.onError = door.onError
    this.clientOf = door.clientOf
    this.client = undefined
    this.scratch = undefined
  }

  /** Takes in the guards of a later mount; who the client is stays the first mount's to say. */
  join(door: Door, raw: unknown): void {
    this.stack = this.stack.with(door.stack)
    this.fields = this.fields?.filter((_, index, all) => !door.stack.names.has(all[index - (index % 2)] as string))
    this.raw = raw
    this.bodyOf = door.bodyOf
    this.pathOf = door.pathOf
  }

  /** For `onClose`: a socket that was never asked while it was open cannot tell any more, nor can HTTP/2. */
  rememberPeer(): void {
    if (!isHttp2(this.response)) {
      this.peer ??= this.peerAddress
      return
    }
    const { ip, secure, host } = this.clientOf(this)
    this.client = { ip, secure, host }
  }

  get [exchangeKey](): this {
    return this
  }

  get method(): string {
    return this.request.method ?? ''
  }

  get path(): string {
    return this.pathOf(this.url)
  }

  get ip(): string {
    return (this.client ??= this.clientOf(this)).ip
  }

  get secure(): boolean {
    return (this.client ??= this.clientOf(this)).secure
  }

  get host(): string | undefined {
    return (this.client ??= this.clientOf(this)).host
  }

  get body(): unknown {
    return this.bodyOf(this.raw)
  }

  get state(): Map<symbol, unknown> {
    return (this.scratch ??= new Map())
  }

  get peerAddress(): string {
    return this.peer ?? this.request.socket?.remoteAddress ?? ''
  }

  get peerSecure(): boolean {
    return (this.request.socket as { readonly encrypted?: boolean } | undefined)?.encrypted === true
  }

  get ownHost(): string | undefined {
    const { rawHeaders } = this.request
    let host: string | undefined
    for (let index = 0; index < rawHeaders.length; index += 2) {
      if (!isHostField(rawHeaders[index] as string)) continue
      const line = rawHeaders[index + 1] as string
      // HTTP/2 names the host as `:authority`, and a client may repeat it as `host` (RFC 9113 §8.3.1)
      if (host !== undefined && !(host === line && isHttp2(this.response))) return undefined
      host = line
    }
    return hostOf(host, this.url)
  }

  header(lowerName: string): string | undefined {
    const value = this.request.headers[lowerName]
    return Array.isArray(value) ? value.join(', ') : value
  }

  set(lowerName: string, value: HeaderValue): void {
    checkField(lowerName, value)
    if (this.left || this.response.headersSent) throw new HeadSentError(lowerName)
    putField((this.fields ??= []), lowerName, value)
    watchHead(this)
  }

  report(error: unknown, guard: string, moment: Moment): void {
    reportError(this.onError, error, { guard, moment, exchange: this })
  }
}

function isHostField(name: string): boolean {
  if (name.length === 4) return name === 'Host' || name === 'host' || name.toLowerCase() === 'host'
  return name.length === 10 && name === ':authority'
}

function putField(fields: HeaderValue[], name: string, value: HeaderValue): void {
  for (let index = 0; index < fields.length; index += 2) {
    if (fields[index] !== name) continue
    const before = fields[index + 1] as HeaderValue
    fields[index + 1] = name === 'set-cookie' ? [before, value].flat() : value
    return
  }
  fields.push(name, value)
}
