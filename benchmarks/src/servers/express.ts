import { createServer } from 'node:http'
import { guard } from '@seawall/guard/express'
import express from 'express'
import helmet from 'helmet'
import type { Serve } from '../contender.ts'

/** Express 5; its peer is helmet. */
export const serve: Serve = ({ guards, options, peer }) => {
  const app = express()
  if (guards !== undefined) app.use(guard(guards, options))
  if (peer) app.use(helmet())
  app.get('/hello', (_request, response) => void response.json({ hello: 'world' }))
  return createServer(app)
}
