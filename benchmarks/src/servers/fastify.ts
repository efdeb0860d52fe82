import helmet from '@fastify/helmet'
import { guard } from '@seawall/guard/fastify'
import fastify from 'fastify'
import type { Serve } from '../contender.ts'

/** Fastify 5; its peer is @fastify/helmet. */
export const serve: Serve = async ({ guards, options, peer }) => {
  const app = fastify()
  if (guards !== undefined) await app.register(guard(guards, options))
  if (peer) await app.register(helmet)
  app.get('/hello', (_request, reply) => reply.send({ hello: 'world' }))
  await app.ready()
  return app.server
}
