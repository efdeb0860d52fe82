import type { OutgoingHttpHeaders } from 'node:http'
import type { HeaderValue, Reply } from './guard.ts'
import type { GuardedResponse } from './departing.ts'

/** Answers on a Node response in one `writeHead`. */
export function sendReply(response: GuardedResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return
  const { headers, body } = framed(reply)
  response.writeHead(reply.status, headers)
  response.end(body === '' ? undefined : body)
}

/** Answers on a Node response by `setHeader`, so that what wraps the response sees every header. */
export function setReply(response: GuardedResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return
  const { headers, body } = framed(reply)
  response.statusCode = reply.status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as HeaderValue)
  response.end(body === '' ? undefined : body)
}

/** What a request gets when the handler or a guard threw: nothing of the error. */
export const internalServerError: Reply = {
  status: 500,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'Internal Server Error',
}

function framed({ status, headers, body }: Reply): { headers: OutgoingHttpHeaders; body: string | Uint8Array } {
  if (status === 204 || status === 304) return { headers: { ...headers } as OutgoingHttpHeaders, body: '' }
  const data = body ?? ''
  const length = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength
  return { headers: { ...headers, 'content-length': String(length) } as OutgoingHttpHeaders, body: data }
}
