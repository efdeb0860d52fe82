/*
 * What the response phase knows of an exchange on Node: the response, what guards want of its head, and what stood at its
 * methods before. Everything on Node ends in `ServerResponse.writeHead`, so one implementation serves every framework.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Exchange, HeaderValue } from './guard.ts'
import type { Moment } from './report-error.ts'
import type { Stack } from './stack.ts'

/** Where the exchange hangs on Node's request, and through it on whatever a framework has made of it. */
export const exchangeKey: unique symbol = Symbol('seawall.exchange')

/** Node's request with its exchange. */
export type GuardedRequest = IncomingMessage & { [exchangeKey]?: Departing; originalUrl?: string }

/** Node's response, of HTTP/1 or HTTP/2, with its request. */
export type GuardedResponse = ServerResponse<GuardedRequest>

/** What `writeHead` takes as headers: an object, a flat list, or a list of pairs. */
export type WrittenHeaders = OutgoingHttpHeaders | readonly unknown[]

/** The methods that ours stand before, as values: whoever calls one hands over `this`. */
export interface ResponseMethods {
  writeHead: (this: GuardedResponse, status: number, ...rest: readonly unknown[]) => unknown
  write: (this: GuardedResponse, ...args: readonly unknown[]) => boolean
  end: (this: GuardedResponse, ...args: readonly unknown[]) => GuardedResponse
  flushHeaders: (this: GuardedResponse) => void
}

/** What `writeHead` was called with. */
export interface WrittenHead {
  readonly status: number
  readonly reason: string | undefined
  readonly headers: WrittenHeaders | undefined
}

/** A body that is held back until it is known whether it is whole. */
export interface Hold {
  readonly write: ResponseMethods['write']
  readonly end: ResponseMethods['end']
  readonly flushHeaders: ResponseMethods['flushHeaders']
  /** A head that was written by hand and has not been handed on. */
  head: WrittenHead | undefined
  /** The first chunk, written in this tick. */
  chunk: { readonly data: string | Uint8Array; readonly rest: readonly unknown[] } | undefined
  /** The response is a stream, or has ended: nothing is held any more. */
  released: boolean
}

/** An exchange whose response leaves through Node. */
export interface Departing extends Exchange {
  readonly response: GuardedResponse
  readonly stack: Stack
  /** What guards have set, as `[name, value, …]`. */
  readonly fields: readonly HeaderValue[] | undefined
  /** The `writeHead` that ours stands before, once it does. */
  writeHead: ResponseMethods['writeHead'] | undefined
  /** Set when a guard wants to see bodies. */
  hold: Hold | undefined
  /** The head has been handed on. */
  left: boolean
  /** Whether the end of the response is awaited. */
  watched: boolean
  /** The guards have been told of the end. */
  ended: boolean
  /** Reports what a guard threw where no framework could catch it. */
  report(error: unknown, guard: string, moment: Moment): void
}

/** Whether a response belongs to the HTTP/2 compatibility layer. */
export function isHttp2(response: GuardedResponse): boolean {
  return 'stream' in response
}
