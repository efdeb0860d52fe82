import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import { guard } from '@seawall/guard/fastify'
import fastify from 'fastify'
import type { Serve } from '../contender.ts'
import { manyRequests } from '../many-requests.ts'

/** Fastify 5; its peer is @fastify/helmet. */
export const serve: Serve = async ({ guards, options, peer, peerLimit }) => {
  const app = fastify()
  if (guards !== undefined) await app.register(guard(guards, options))
  if (peer) await app.register(helmet)
  if (peerLimit) await app.register(rateLimit, { max: manyRequests, timeWindow: 60_000 })
  app.get('/hello', (_request, reply) => reply.send({ hello: 'world' }))
  await app.ready()
  return app.server
}
