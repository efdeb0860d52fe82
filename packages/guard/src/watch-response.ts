import type { Socket } from 'node:net'
import { callOnClose } from './call-hooks.ts'
import {
  exchangeKey,
  isHttp2,
  type Departing,
  type GuardedResponse,
  type ResponseMethods,
  type WrittenHead,
  type WrittenHeaders,
} from './departing.ts'
import { holdBody, holdHead } from './hold-body.ts'
import { handOn, sendHead } from './send-head.ts'

/**
 * Puts the guards' `writeHead` before the response's own, once. Whatever does not write its head by hand ends there too:
 * `end`, `write` and `flushHeaders` call it. Nothing is ever restored, or whoever wrapped it later would be dropped.
 */
export function watchHead(exchange: Departing): void {
  const { response } = exchange
  if (exchange.writeHead === undefined) {
    exchange.writeHead = (response as ResponseMethods).writeHead
    response.writeHead = guardedWriteHead as GuardedResponse['writeHead']
  }
  if (exchange.stack.body.length > 0 && !response.headersSent) holdBody(exchange)
}

/** One function for all responses: a closure a request would cost more than the work. */
function guardedWriteHead(
  this: GuardedResponse,
  status: number,
  second?: string | WrittenHeaders,
  third?: WrittenHeaders,
): GuardedResponse {
  const exchange = this.req[exchangeKey] as Departing
  const reason = typeof second === 'string' ? second : undefined
  const headers = third ?? (typeof second === 'string' ? undefined : second)
  const written: WrittenHead = { status, reason, headers }
  if (exchange.left) handOn(exchange, status, reason, headers)
  else if (exchange.hold !== undefined && !exchange.hold.released) holdHead(exchange, exchange.hold, written)
  else if (this.headersSent) handOn(exchange, status, reason, headers)
  else sendHead(exchange, written)
  return this
}

/** Tells the guards how the exchange ended, once. */
export function watchClose(exchange: Departing): void {
  if (exchange.watched) return
  exchange.watched = true
  if (isClosed(exchange.response)) exchange.ended = true
  else exchange.response.on('close', closed)
}

function closed(this: GuardedResponse): void {
  endWithResponse(this.req[exchangeKey] as Departing)
}

/** Tells the guards what has become of the response. */
export function endWithResponse(exchange: Departing): void {
  const { response } = exchange
  const aborted = !isFinished(response)
  const bytes = aborted ? undefined : announcedLength(response)
  callOnClose(exchange, { status: response.statusCode, aborted, bytes })
}

interface StreamState {
  readonly destroyed?: boolean
  readonly writableFinished?: boolean
  readonly rstCode?: number
}

function streamOf(response: GuardedResponse): StreamState {
  return (response as { readonly stream?: StreamState }).stream ?? {}
}

function isClosed(response: GuardedResponse): boolean {
  return isHttp2(response) ? streamOf(response).destroyed === true : response.closed
}

/** HTTP/2 has no `writableFinished` that tells an abort: there the stream tells. */
function isFinished(response: GuardedResponse): boolean {
  if (!isHttp2(response)) return response.writableFinished && !isCut(response.req.socket)
  const { writableFinished, rstCode } = streamOf(response)
  return writableFinished === true && (rstCode ?? 0) === 0
}

/** Node 22 takes for sent what was thrown away with its socket. */
function isCut({ errored, destroyed, writableFinished }: Socket): boolean {
  return (errored ?? undefined) !== undefined || (destroyed && !writableFinished)
}

function announcedLength(response: GuardedResponse): number | undefined {
  // Node keeps here the length of a body that was ended in one piece
  const known = (response as { readonly _contentLength?: unknown })._contentLength
  const announced = Number(response.getHeader('content-length') ?? known ?? Number.NaN)
  return Number.isInteger(announced) ? announced : undefined
}
