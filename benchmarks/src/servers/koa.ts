import { createServer } from 'node:http'
import { guard } from '@seawall/guard/koa'
import Koa from 'koa'
import helmet from 'koa-helmet'
import type { Serve } from '../contender.ts'

/** Koa 3; its peer is koa-helmet. */
export const serve: Serve = ({ guards, options, peer }) => {
  const app = new Koa()
  if (guards !== undefined) app.use(guard(guards, options))
  if (peer) app.use(helmet())
  app.use((context) => {
    context.body = { hello: 'world' }
  })
  const handle = app.callback()
  return createServer((request, response) => void handle(request, response))
}
