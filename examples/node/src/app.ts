import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { queryOf, type Bookstore, type Mount, type Outgoing, type Route } from '@seawall-examples/bookstore'
import { middleware, protect } from '@seawall/guard/node'
import parse from 'co-body'
import createRouter, { type Handler, type HTTPMethod } from 'find-my-way'

/** A request with its parsed body, where guards look for it. */
type ParsedRequest = IncomingMessage & { body?: unknown }

/** The bookstore on node:http. */
export const mount: Mount = (bookstore) => protect(bookstore.guards, createListener(bookstore), bookstore.guardOptions)

function createListener({ routes, notFound, failed }: Bookstore): RequestListener {
  const missing: RequestListener = (_request, response) => answer(response, notFound)
  const router = createRouter({
    defaultRoute: missing,
    onBadUrl: (_path, _request, response) => answer(response, notFound),
  })
  for (const route of routes) {
    const methods: HTTPMethod[] = route.method === 'get' ? ['GET', 'HEAD'] : ['POST']
    router.on(methods, route.path, handle(route, failed))
  }
  return (request, response) => void router.lookup(request, response)
}

function handle({ handler, guards }: Route, failed: Bookstore['failed']): Handler<never> {
  const admit = middleware(guards)
  return async (request: ParsedRequest, response: ServerResponse, params) => {
    try {
      request.body = await bodyOf(request)
      await new Promise<void>((resolve, reject) =>
        admit(request, response, (error) => (error === undefined ? resolve() : reject(error as Error))),
      )
      const outgoing = await handler({
        request,
        params,
        query: queryOf(request.url ?? ''),
        body: request.body,
        cookies: request.headers.cookie,
      })
      answer(response, outgoing)
    } catch (error) {
      answer(response, failed(error, request))
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? ''
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) return parse.json(request, { limit: '16kb' })
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return parse.form(request, { limit: '16kb' })
  return undefined
}

function answer(response: ServerResponse, { status, headers, body }: Outgoing): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(status, headers).end(body)
}
