import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Exchange } from './guard.ts'

/** Node's own objects behind an exchange. */
export interface NodePair {
  /** Node's request, of HTTP/1 or of the HTTP/2 compatibility layer. */
  readonly request: IncomingMessage
  /** Node's response. */
  readonly response: ServerResponse
}

/** Node's request and response behind an exchange, whatever the framework; `undefined` where there is no Node beneath. */
export function nodeOf(exchange: Exchange): NodePair | undefined {
  const { request, response } = exchange as Exchange & Partial<NodePair>
  return request === undefined || response === undefined ? undefined : { request, response }
}
