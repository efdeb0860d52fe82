import { createServer, type RequestListener } from 'node:http'
import { protect } from '@seawall/guard/node'
import helmet from 'helmet'
import type { Serve } from '../contender.ts'

const listener: RequestListener = (_request, response) => {
  const body = JSON.stringify({ hello: 'world' })
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length })
  response.end(body)
}

/** Bare node:http; its peer is helmet. */
export const serve: Serve = ({ guards, options, peer }) => {
  if (guards !== undefined) return createServer(protect(guards, listener, options))
  return createServer(peer ? behindHelmet() : listener)
}

function behindHelmet(): RequestListener {
  const secure = helmet()
  return (request, response) => secure(request, response, () => listener(request, response))
}
