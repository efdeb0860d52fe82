import { exchangeKey, type Departing, type GuardedResponse, type WrittenHead } from './departing.ts'
import { holdBody } from './hold-body.ts'
import type { WrittenHeaders } from './node-head.ts'
import { handOn, sendHead } from './send-head.ts'

/**
 * Puts the guards' `writeHead` before the response's own, once. Whatever does not write its head by hand ends there too:
 * `end`, `write` and `flushHeaders` call it. Nothing is ever restored, or whoever wrapped it later would be dropped.
 */
export function watchHead(exchange: Departing): void {
  if (exchange.writeHead === undefined) {
    exchange.writeHead = exchange.response.writeHead
    exchange.response.writeHead = guardedWriteHead as GuardedResponse['writeHead']
  }
  if (exchange.stack.body.length > 0) holdBody(exchange)
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
  if (exchange.left || this.headersSent) handOn(exchange, status, reason, headers)
  else if (exchange.hold !== undefined && !exchange.hold.released) exchange.hold.head = written
  else sendHead(exchange, written)
  return this
}

/** Tells the guards how the exchange ended, once. */
export function watchClose(exchange: Departing): void {
  if (exchange.watched) return
  exchange.watched = true
  exchange.response.on('close', closed)
}

function closed(this: GuardedResponse): void {
  const exchange = this.req[exchangeKey] as Departing
  const aborted = !isFinished(this)
  endExchange(exchange, { status: this.statusCode, aborted, bytes: aborted ? undefined : announcedLength(this) })
}

/** Calls every `onClose` with how the exchange ended. */
export function endExchange(
  exchange: Departing,
  end: { readonly status: number; readonly aborted: boolean; readonly bytes: number | undefined },
): void {
  for (const guard of exchange.stack.close) {
    try {
      guard.onClose(exchange, end)
    } catch (error) {
      exchange.report(error, guard.name, 'onClose')
    }
  }
}

/** HTTP/2 has no `writableFinished`: there the stream tells. */
function isFinished(response: GuardedResponse): boolean {
  const { stream } = response as {
    readonly stream?: { readonly writableFinished?: boolean; readonly rstCode?: number }
  }
  if (stream === undefined) return response.writableFinished
  return stream.writableFinished === true && (stream.rstCode ?? 0) === 0
}

function announcedLength(response: GuardedResponse): number | undefined {
  // Node keeps here the length of a body that was ended in one piece
  const known = (response as { readonly _contentLength?: unknown })._contentLength
  const announced = Number(response.getHeader('content-length') ?? known ?? Number.NaN)
  return Number.isInteger(announced) ? announced : undefined
}
