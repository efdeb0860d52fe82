import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { protect } from '@seawall/guard/node'
import { nonceOf } from '@seawall/security-headers'
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import type { Serve } from '../contender.ts'
import { manyRequests } from '../many-requests.ts'

const listener: RequestListener = (_request, response) => {
  const body = JSON.stringify({ hello: 'world' })
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length })
  response.end(body)
}

/** Bare node:http; its peer is helmet. */
export const serve: Serve = ({ guards, options, peer, peerLimit, readsNonce }) => {
  if (guards !== undefined)
    return createServer(protect(guards, readsNonce ? reading((request) => nonceOf(request)) : listener, options))
  if (!peer) return createServer(listener)
  if (peerLimit) return createServer(behindHelmetAndLimit())
  return createServer(readsNonce ? behindHelmetWithNonce() : behindHelmet())
}

function behindHelmet(): RequestListener {
  const secure = helmet()
  return (request, response) => secure(request, response, () => listener(request, response))
}

/** Outside Express there is no `request.ip`: whoever mounts it there names the address. */
function behindHelmetAndLimit(): RequestListener {
  const secure = helmet()
  const limit = rateLimit({
    windowMs: 60_000,
    limit: manyRequests,
    // what it sends by draft-8 needs Express's response
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    keyGenerator: ({ socket }) => ipKeyGenerator(socket.remoteAddress ?? ''),
    validate: false,
  })
  return (request, response) =>
    secure(
      request,
      response,
      () => void limit(request as ExpressRequest, response as ExpressResponse, () => listener(request, response)),
    )
}

type WithNonce = ServerResponse & { nonce?: string }

/** A nonce for each response, as helmet's documentation makes it. */
function behindHelmetWithNonce(): RequestListener {
  const source = (_request: IncomingMessage, response: WithNonce): string => `'nonce-${response.nonce}'`
  const secure = helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", source] } } })
  const route = reading((_request, response: WithNonce) => response.nonce ?? '')
  return (request, response) => {
    ;(response as WithNonce).nonce = randomBytes(16).toString('base64')
    secure(request, response, () => route(request, response))
  }
}

/** What routes have read; a compiler drops work that leaves no trace. */
let trace = 0

function reading(nonce: (request: IncomingMessage, response: ServerResponse) => string): RequestListener {
  return (request, response) => {
    trace += nonce(request, response).length
    listener(request, response)
  }
}
