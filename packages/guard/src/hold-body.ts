import type { Head, Reply } from './guard.ts'
import { checkReply } from './admit.ts'
import {
  exchangeKey,
  type Departing,
  type GuardedResponse,
  type Hold,
  type ResponseMethods,
  type WrittenHead,
} from './departing.ts'
import { closeHead, handOn, openHead, sendHead } from './send-head.ts'

type Body = string | Uint8Array

/**
 * Holds the head back until the first `write` or `end` tells whether the body is whole: one piece that is ended in the
 * tick that wrote it. Anything longer is a stream, which passes as it comes.
 */
export function holdBody(exchange: Departing): void {
  if (exchange.hold !== undefined) return
  const { response } = exchange
  const { write, end, flushHeaders } = response as ResponseMethods
  exchange.hold = { write, end, flushHeaders, head: undefined, chunk: undefined, released: false }
  response.write = heldWrite as GuardedResponse['write']
  response.end = heldEnd as GuardedResponse['end']
  response.flushHeaders = heldFlush
}

/** What a response says of itself once its head is written, whether or not it has been handed on. */
const headersSent = { value: true, configurable: true }

/** Keeps a head that was written by hand until the body is known. */
export function holdHead(exchange: Departing, hold: Hold, written: WrittenHead): void {
  const { response } = exchange
  if (hold.head === undefined) {
    hold.head = written
    response.statusCode = written.status
    Object.defineProperty(response, 'headersSent', headersSent)
    return
  }
  // wrappers look at what Node keeps privately, take the head for unwritten and write it implicitly
  const implicit = written.status === hold.head.status && written.reason === undefined && written.headers === undefined
  if (implicit) return
  // Node itself refuses the second head once the first has left
  release(exchange)
  handOn(exchange, written.status, written.reason, written.headers)
}

function heldWrite(this: GuardedResponse, data: unknown, ...rest: readonly unknown[]): boolean {
  const exchange = this.req[exchangeKey] as Departing
  const hold = exchange.hold as Hold
  if (!hold.released && hold.chunk === undefined && !exchange.left && isBody(data)) {
    hold.chunk = { data, rest }
    process.nextTick(releaseLater, exchange)
    return true
  }
  release(exchange)
  return hold.write.call(this, data, ...rest)
}

function heldEnd(this: GuardedResponse, ...args: readonly unknown[]): GuardedResponse {
  const exchange = this.req[exchangeKey] as Departing
  const hold = exchange.hold as Hold
  const [data] = args
  const hasData = data !== undefined && data !== null && typeof data !== 'function'
  const whole = wholeOf(hold, hasData, args)
  if (whole === undefined || exchange.left || !mayHaveBody(exchange, hold) || hasTrailers(this)) {
    release(exchange)
    return hold.end.call(this, ...args)
  }
  hold.released = true
  const body = sendWhole(exchange, hold.head, decoded(whole))
  for (const done of whole.rest) if (typeof done === 'function') this.once('finish', done as () => void)
  const last: readonly unknown[] = hasData ? [] : args
  return hold.end.call(this, body, ...last.filter(isFunction))
}

function heldFlush(this: GuardedResponse): void {
  const exchange = this.req[exchangeKey] as Departing
  release(exchange)
  exchange.hold?.flushHeaders.call(this)
}

function wholeOf(hold: Hold, hasData: boolean, args: readonly unknown[]): Hold['chunk'] {
  if (hold.released || (hasData && hold.chunk !== undefined)) return undefined
  if (!hasData) return hold.chunk
  const [data, ...rest] = args
  return isBody(data) ? { data, rest } : undefined
}

function mayHaveBody({ method, response }: Departing, { head }: Hold): boolean {
  const status = head?.status ?? response.statusCode
  return method !== 'HEAD' && status !== 204 && status !== 304
}

/** Trailers need the chunks of a stream. Node keeps here the ones that were added already. */
function hasTrailers(response: GuardedResponse): boolean {
  const { _trailer: added } = response as { readonly _trailer?: unknown }
  return typeof added === 'string' && added !== ''
}

/** The bytes of a chunk that was given in another encoding than UTF-8. */
function decoded({ data, rest }: NonNullable<Hold['chunk']>): Body {
  const encoding = rest.find((value) => typeof value === 'string') as BufferEncoding | undefined
  if (typeof data !== 'string' || encoding === undefined || /^utf-?8$/i.test(encoding)) return data
  return Buffer.from(data, encoding)
}

function isBody(data: unknown): data is Body {
  return (typeof data === 'string' || data instanceof Uint8Array) && data.length > 0
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** Shows a whole body to the guards, sends the head that results, and returns the body that is to follow it. */
function sendWhole(exchange: Departing, held: WrittenHead | undefined, body: Body): Body {
  const written = held ?? { status: exchange.response.statusCode, reason: undefined, headers: undefined }
  const head = openHead(exchange, written)
  const result = showBody(exchange, head, body)
  if (head.status === 204 || head.status === 304) head.delete('content-length')
  else if (head.get('transfer-encoding') === undefined) head.set('content-length', String(byteLength(result)))
  closeHead(exchange, head, written)
  return result
}

function showBody(exchange: Departing, head: Head, body: Body): Body {
  let current = body
  for (const guard of exchange.stack.body) {
    try {
      const reply = guard.onBody(exchange, head, current)
      if (reply === undefined) continue
      checkReply(reply, guard.name)
      current = replace(head, reply)
    } catch (error) {
      exchange.report(error, guard.name, 'onBody')
    }
    if (current.length === 0) break
  }
  return current
}

function replace(head: Head, { status, headers, body }: Reply): Body {
  head.status = status
  for (const [name, value] of Object.entries(headers ?? {})) head.set(name, value)
  return status === 204 || status === 304 ? '' : (body ?? '')
}

function byteLength(body: Body): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
}

/** Lets a stream go: its head, and the chunk that waited. */
function release(exchange: Departing): void {
  const hold = exchange.hold as Hold
  if (hold.released) return
  hold.released = true
  if (hold.head !== undefined && !exchange.left) sendHead(exchange, hold.head)
  if (hold.chunk !== undefined) hold.write.call(exchange.response, hold.chunk.data, ...hold.chunk.rest)
}

function releaseLater(exchange: Departing): void {
  try {
    release(exchange)
  } catch (error) {
    // the caller of `write` has returned: nobody else can take it
    exchange.report(error, 'handler', 'onBody')
    exchange.response.destroy()
  }
}
