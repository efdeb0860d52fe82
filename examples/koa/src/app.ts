import { queryOf, type Bookstore, type Mount, type Outgoing, type Route } from '@seawall-examples/bookstore'
import { guard } from '@seawall/guard/koa'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa, { type Context, type Middleware } from 'koa'

/** The bookstore on Koa 3. */
export const mount: Mount = (bookstore) => createApp(bookstore).callback()

function createApp({ guards, guardOptions, routes, notFound, failed, logger }: Bookstore): Koa {
  const app = new Koa()
  // what is left for Koa to tell: connections that failed under a response
  app.on('error', (error) => logger.warn({ err: error as unknown }, 'a connection failed'))
  app.use(guard(guards, guardOptions))
  app.use(async (context, next) => {
    try {
      await next()
    } catch (error) {
      answer(context, failed(error, context))
    }
  })
  const parser = bodyParser({
    jsonLimit: '16kb',
    formLimit: '16kb',
    extendTypes: { json: ['application/json', '+json'] },
  })
  const router = new Router()
  for (const route of routes) router[route.method](route.path, parser, guard(route.guards), handle(route))
  app.use(router.routes())
  app.use((context) => answer(context, notFound))
  return app
}

function handle({ handler }: Route): Middleware {
  return async (context) => {
    const outgoing = await handler({
      request: context,
      params: context['params'] as Record<string, string>,
      query: queryOf(context.originalUrl),
      body: (context.request as { readonly body?: unknown }).body,
      cookies: context.headers.cookie,
    })
    answer(context, outgoing)
  }
}

function answer(context: Context, { status, headers, body }: Outgoing): void {
  context.status = status
  context.set({ ...headers })
  context.body = body
}
