import { ServerResponse } from 'node:http'
import { callOnHead } from './call-hooks.ts'
import { isHttp2, type Departing, type ResponseMethods, type WrittenHead, type WrittenHeaders } from './departing.ts'
import { FlatHead, ResponseHead, mergeHeaders, setHeaders } from './node-head.ts'
import { sendBlock } from './send-block.ts'

const nodeWriteHead = (ServerResponse.prototype as unknown as ResponseMethods).writeHead

/** Merges the head, lets guards look at it, and hands it on. */
export function sendHead(exchange: Departing, written: WrittenHead): void {
  if (exchange.stack.head.length > 0) return closeHead(exchange, openHead(exchange, written), written)
  if (sendBlock(exchange, written)) return
  if (isFlat(exchange)) return leave(exchange, written.status, written.reason, mergeHeaders(exchange, written.headers))
  setHeaders(exchange, written.headers)
  leave(exchange, written.status, written.reason, undefined)
}

/** The merged head of a response: a list where Node's own `writeHead` comes next and nothing was set before. */
export function openHead(exchange: Departing, { status, headers }: WrittenHead): FlatHead | ResponseHead {
  if (isFlat(exchange)) return new FlatHead(status, mergeHeaders(exchange, headers))
  setHeaders(exchange, headers)
  return new ResponseHead(status, exchange.response)
}

/** The last look of every guard at a head, which then leaves. */
export function closeHead(exchange: Departing, head: FlatHead | ResponseHead, written: WrittenHead): void {
  callOnHead(exchange, head)
  const headers = head instanceof FlatHead ? head.list : undefined
  if (head.status === written.status) return leave(exchange, head.status, written.reason, headers)
  if (head.status === 204 || head.status === 304) {
    head.delete('content-length')
    head.delete('transfer-encoding')
  }
  // a status message that was set for the other status would be sent with this one; HTTP/2 has none and warns when asked
  if (!isHttp2(exchange.response)) exchange.response.statusMessage = ''
  leave(exchange, head.status, undefined, headers)
}

/** Calls what stood at `writeHead` before. */
export function handOn(
  { response, writeHead }: Departing,
  status: number,
  reason: string | undefined,
  headers: WrittenHeaders | undefined,
): void {
  const next = writeHead as ResponseMethods['writeHead']
  if (reason === undefined && headers === undefined) next.call(response, status)
  else if (reason === undefined) next.call(response, status, headers)
  else next.call(response, status, reason, headers)
}

function isFlat({ writeHead, response }: Departing): boolean {
  return writeHead === nodeWriteHead && response.getHeaderNames().length === 0
}

function leave(
  exchange: Departing,
  status: number,
  reason: string | undefined,
  headers: WrittenHeaders | undefined,
): void {
  exchange.left = true
  try {
    handOn(exchange, status, reason, headers)
  } catch (error) {
    // the head has not left after all: whoever answers instead passes here again
    exchange.left = false
    Reflect.deleteProperty(exchange.response, 'headersSent')
    throw error
  }
}
