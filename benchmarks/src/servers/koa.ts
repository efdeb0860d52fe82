import { createServer } from 'node:http'
import { guard } from '@seawall/guard/koa'
import Koa from 'koa'
import helmet from 'koa-helmet'
import rateLimit from 'koa-ratelimit'
import type { Serve } from '../contender.ts'
import { manyRequests } from '../many-requests.ts'

/** Koa 3; its peer is koa-helmet. */
export const serve: Serve = ({ guards, options, peer, peerLimit }) => {
  const app = new Koa()
  if (guards !== undefined) app.use(guard(guards, options))
  if (peer) app.use(helmet())
  if (peerLimit)
    app.use(
      rateLimit({ driver: 'memory', db: new Map(), duration: 60_000, max: manyRequests, id: (context) => context.ip }),
    )
  app.use((context) => {
    context.body = { hello: 'world' }
  })
  const handle = app.callback()
  return createServer((request, response) => void handle(request, response))
}
