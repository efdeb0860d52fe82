import type { IncomingMessage, ServerResponse } from 'node:http'
import { nodeOf, type Exchange } from '@seawall/guard'

/**
 * Node's request and response behind an exchange, whatever the framework. Where there is no Node: the framework's own
 * object, and no response.
 */
export function nodePairOf(exchange: Exchange): [request: IncomingMessage, response: ServerResponse] {
  const { request, response } = nodeOf(exchange) ?? {}
  return [request ?? exchange.raw, response] as [IncomingMessage, ServerResponse]
}
