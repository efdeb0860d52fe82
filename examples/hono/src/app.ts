import { queryOf, type Bookstore, type Mount, type Outgoing, type Route } from '@seawall-examples/bookstore'
import { guard } from '@seawall/guard/hono'
import { getRequestListener } from '@hono/node-server'
import { Hono, type Context, type Handler, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'

/** The bookstore on Hono 4. */
export const mount: Mount = (bookstore) => getRequestListener(createApp(bookstore).fetch)

function createApp({ guards, guardOptions, routes, notFound, failed }: Bookstore): Hono {
  const app = new Hono()
  app.use(guard(guards, guardOptions))
  const limit = bodyLimit({
    maxSize: 16 * 1024,
    onError: () => {
      throw new HTTPException(413)
    },
  })
  for (const route of routes) app[route.method](route.path, limit, parser, guard(route.guards), handle(route))
  app.notFound((context) => answer(context, notFound))
  app.onError((error, context) => answer(context, failed(error, context)))
  return app
}

/** Leaves the body where the guards of a route look for it, as Hono's own validators do. */
const parser: MiddlewareHandler = async (context, next) => {
  const type = context.req.header('content-type') ?? ''
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) context.req.addValidatedData('json', await jsonOf(context))
  else if (/^application\/x-www-form-urlencoded\b/i.test(type))
    context.req.addValidatedData('form', await context.req.parseBody())
  await next()
}

async function jsonOf(context: Context): Promise<object> {
  try {
    return (await context.req.json()) as object
  } catch {
    throw new HTTPException(400)
  }
}

function handle({ handler }: Route): Handler<object, string, { out: { json: unknown; form: unknown } }> {
  return async (context) => {
    const outgoing = await handler({
      request: context,
      params: context.req.param() as Record<string, string>,
      query: queryOf(context.req.url),
      body: context.req.valid('json') ?? context.req.valid('form'),
      cookies: context.req.header('cookie'),
    })
    return answer(context, outgoing)
  }
}

function answer(_context: Context, { status, headers, body }: Outgoing): Response {
  return new Response(body, { status, headers })
}
