import type { Exchange } from '@seawall/guard'

/** Where frameworks keep what a route has found in the path. */
interface Routed {
  /** Express's and Fastify's request, the context of Koa's routers. */
  readonly params?: Readonly<Record<string, unknown>> | null
  /** Hono's context. */
  readonly req?: { readonly param?: (name: string) => unknown }
}

/** The value of a route's parameter, `id` of `/books/:id`, decoded by the framework. */
export function paramValue({ raw }: Exchange, name: string): unknown {
  const { params, req } = raw as Routed
  if (typeof params === 'object' && params !== null) return params[name]
  return req?.param?.(name)
}
