import { createServer } from 'node:http'
import { guard } from '@seawall/guard/express'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import type { Serve } from '../contender.ts'
import { manyRequests } from '../many-requests.ts'

/** Express 5; its peer is helmet. */
export const serve: Serve = ({ guards, options, peer, peerLimit }) => {
  const app = express()
  if (guards !== undefined) app.use(guard(guards, options))
  if (peer) app.use(helmet())
  if (peerLimit)
    app.use(
      rateLimit({
        windowMs: 60_000,
        limit: manyRequests,
        standardHeaders: 'draft-8',
        legacyHeaders: false,
        validate: false,
      }),
    )
  app.get('/hello', (_request, response) => void response.json({ hello: 'world' }))
  return createServer(app)
}
