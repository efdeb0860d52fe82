import { queryOf, type Bookstore, type Mount, type Outgoing, type Route } from '@seawall-examples/bookstore'
import { guard } from '@seawall/guard/express'
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express'

/** The bookstore on Express 5. */
export const mount: Mount = (bookstore) => createApp(bookstore)

function createApp({ guards, guardOptions, routes, notFound, failed }: Bookstore): Express {
  const app = express()
  // also for what never reaches a guard: a target that Express cannot parse
  app.disable('x-powered-by')
  app.use(guard(guards, guardOptions))
  const parsers = [
    express.json({ limit: '16kb', type: ['json', '+json'] }),
    express.urlencoded({ extended: false, limit: '16kb' }),
  ]
  for (const route of routes) app[route.method](route.path, ...parsers, guard(route.guards), handle(route))
  app.use((_request, response) => answer(response, notFound))
  app.use(((error, request, response, next) => {
    if (response.headersSent) next(error)
    else answer(response, failed(error, request))
  }) satisfies ErrorRequestHandler)
  return app
}

function handle({ handler }: Route): RequestHandler {
  return async (request, response) => {
    const outgoing = await handler({
      request,
      params: request.params as Record<string, string>,
      query: queryOf(request.originalUrl),
      body: request.body as unknown,
      cookies: request.headers.cookie,
    })
    answer(response, outgoing)
  }
}

function answer(response: Response, { status, headers, body }: Outgoing): void {
  response.status(status).set(headers).end(body)
}
