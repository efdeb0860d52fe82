import { queryOf, type Bookstore, type Mount, type Outgoing, type Route } from '@seawall-examples/bookstore'
import { guard, guardHook } from '@seawall/guard/fastify'
import formbody from '@fastify/formbody'
import fastify, { type FastifyInstance, type FastifyReply, type RouteHandlerMethod } from 'fastify'

/** The bookstore on Fastify 5. */
export const mount: Mount = async (bookstore) => {
  const app = createApp(bookstore)
  await app.ready()
  return (request, response) => app.routing(request, response)
}

function createApp({ guards, guardOptions, routes, notFound, failed }: Bookstore): FastifyInstance {
  const app = fastify({
    bodyLimit: 16 * 1024,
    frameworkErrors: (_error, _request, reply) => void answer(reply, notFound),
  })
  app.register(guard(guards, guardOptions))
  app.register(formbody)
  app.addContentTypeParser(/^application\/.*\+json/, { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'))
  app.setNotFoundHandler((_request, reply) => answer(reply, notFound))
  app.setErrorHandler((error, request, reply) => answer(reply, failed(error, request)))
  for (const route of routes) app[route.method](route.path, { preHandler: guardHook(route.guards) }, handle(route))
  return app
}

function handle({ handler }: Route): RouteHandlerMethod {
  return async (request, reply) => {
    const outgoing = await handler({
      request,
      params: request.params as Record<string, string>,
      query: queryOf(request.url),
      body: request.body,
      cookies: request.headers.cookie,
    })
    return answer(reply, outgoing)
  }
}

function answer(reply: FastifyReply, { status, headers, body }: Outgoing): FastifyReply {
  return reply.status(status).headers(headers).send(body)
}
