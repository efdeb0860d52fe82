import type { Head, Reply } from './guard.ts'
import { checkReply } from './admit.ts'
import { exchangeKey, type Departing, type GuardedResponse, type Hold, type WrittenHead } from './departing.ts'
import { closeHead, openHead, sendHead } from './send-head.ts'

type Body = string | Uint8Array
type AnyWrite = (this: GuardedResponse, ...args: readonly unknown[]) => boolean
type AnyEnd = (this: GuardedResponse, ...args: readonly unknown[]) => GuardedResponse

/**
 * Holds the head back until the first `write` or `end` tells whether the body is whole: one piece that is ended in the
 * tick that wrote it. Anything longer is a stream, which passes as it comes.
 */
export function holdBody(exchange: Departing): void {
  if (exchange.hold !== undefined) return
  const { response } = exchange
  const { write, end, flushHeaders } = response
  exchange.hold = { write, end, flushHeaders, head: undefined, chunk: undefined, released: false }
  response.write = heldWrite as GuardedResponse['write']
  response.end = heldEnd as GuardedResponse['end']
  response.flushHeaders = heldFlush
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
  return (hold.write as AnyWrite).call(this, data, ...rest)
}

function heldEnd(this: GuardedResponse, ...args: readonly unknown[]): GuardedResponse {
  const exchange = this.req[exchangeKey] as Departing
  const hold = exchange.hold as Hold
  const [data] = args
  const hasData = data !== undefined && data !== null && typeof data !== 'function'
  const whole = wholeOf(hold, hasData, args)
  if (whole === undefined || exchange.left || !mayHaveBody(exchange, hold)) {
    release(exchange)
    return (hold.end as AnyEnd).call(this, ...args)
  }
  hold.released = true
  const encoding = whole.rest.find((value) => typeof value === 'string') as BufferEncoding | undefined
  const body = sendWhole(exchange, hold.head, whole.data, encoding)
  for (const done of whole.rest) if (typeof done === 'function') this.once('finish', done as () => void)
  const last: readonly unknown[] = hasData ? [] : args
  return (hold.end as AnyEnd).call(
    this,
    ...(body === whole.data ? [body, encoding] : [body]),
    ...last.filter(isFunction),
  )
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

function isBody(data: unknown): data is Body {
  return (typeof data === 'string' || data instanceof Uint8Array) && data.length > 0
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** Shows a whole body to the guards, sends the head that results, and returns the body that is to follow it. */
function sendWhole(exchange: Departing, held: WrittenHead | undefined, body: Body, encoding?: BufferEncoding): Body {
  const written = held ?? { status: exchange.response.statusCode, reason: undefined, headers: undefined }
  const head = openHead(exchange, written)
  const result = showBody(exchange, head, body)
  if (head.status === 204 || head.status === 304) head.delete('content-length')
  else if (head.get('transfer-encoding') === undefined)
    head.set('content-length', String(byteLength(result, result === body ? encoding : undefined)))
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

function byteLength(body: Body, encoding: BufferEncoding | undefined): number {
  return typeof body === 'string' ? Buffer.byteLength(body, encoding) : body.byteLength
}

/** Lets a stream go: its head, and the chunk that waited. */
function release(exchange: Departing): void {
  const hold = exchange.hold as Hold
  if (hold.released) return
  hold.released = true
  if (hold.head !== undefined && !exchange.left) sendHead(exchange, hold.head)
  if (hold.chunk !== undefined) (hold.write as AnyWrite).call(exchange.response, hold.chunk.data, ...hold.chunk.rest)
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
