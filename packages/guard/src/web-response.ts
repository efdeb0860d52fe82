import { callOnClose, callOnHead } from './call-hooks.ts'
import type { HeaderValue, Reply } from './guard.ts'
import { WebHead, type WebExchange } from './web-exchange.ts'

/** A reply as a web `Response`. */
export function toResponse({ status, headers, body }: Reply): Response {
  const lines = Object.entries(headers ?? {}).flatMap(([name, value]) => [value].flat().map((line) => [name, line]))
  const empty = body === undefined || body === null || body.length === 0 || status === 204 || status === 304
  return new Response(empty ? null : (body as ConstructorParameters<typeof Response>[0]), {
    status,
    headers: lines as [string, string][],
  })
}

/**
 * The response with what the guards want of its head. Bodies are streams here, so `onBody` is not called; `onClose` runs
 * when the response is handed over.
 */
export function finish(exchange: WebExchange, response: Response): Response {
  const { stack } = exchange
  const headers = new Headers(response.headers)
  for (const name of stack.remove) headers.delete(name)
  for (const [name, value] of exchange.fields) addMissing(headers, name, value)
  for (let index = 0; index < stack.constants.length; index += 2)
    addMissing(headers, stack.constants[index] as string, stack.constants[index + 1] as string)
  const head = new WebHead(response.status, headers)
  exchange.left = true
  callOnHead(exchange, head)
  callOnClose(exchange, { status: head.status, aborted: false, bytes: lengthOf(headers) })
  return withHead(response, head.status, headers)
}

function withHead(response: Response, status: number, headers: Headers): Response {
  if (status === response.status)
    return new Response(response.body, { status, statusText: response.statusText, headers })
  if (status !== 204 && status !== 304) return new Response(response.body, { status, headers })
  headers.delete('content-length')
  return new Response(null, { status, headers })
}

function addMissing(headers: Headers, name: string, value: HeaderValue): void {
  if (name !== 'set-cookie' && headers.has(name)) return
  for (const line of [value].flat()) headers.append(name, line)
}

function lengthOf(headers: Headers): number | undefined {
  const announced = headers.get('content-length')
  return announced === null ? undefined : Number(announced)
}
