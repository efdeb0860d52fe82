/*
 * The bookstore knows no framework: a route is a method, a path and a handler from `Incoming` to `Outgoing`. An example
 * mounts the routes and the guards on its framework, in one short file.
 */
import type { Guard } from '@seawall/guard'

/** What a handler is told of a request. */
export interface Incoming {
  /** The framework's own request or context: what `nonceOf` takes. */
  readonly request: object
  /** The parameters of the path. */
  readonly params: Readonly<Record<string, string | undefined>>
  /** The query. */
  readonly query: URLSearchParams
  /** The parsed body. */
  readonly body: unknown
  /** The `Cookie` header. */
  readonly cookies: string | undefined
}

/** What a handler answers. */
export interface Outgoing {
  /** The status code. */
  readonly status: number
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** The whole body. */
  readonly body: string
}

/** Answers one kind of request. */
export type Handler = (incoming: Incoming) => Promise<Outgoing>

/** Where a handler is mounted. */
export interface Route {
  /** The method. */
  readonly method: 'get' | 'post'
  /** The path, with parameters as `:name`. */
  readonly path: string
  /** Guards of this route alone, mounted behind the body parser. */
  readonly guards: readonly Guard[]
  /** Answers it. */
  readonly handler: Handler
}

/** The query of a request target as it was received, which need not be a URL. */
export function queryOf(target: string): URLSearchParams {
  const start = target.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : target.slice(start))
}

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Outgoing['headers'] = {}): Outgoing {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** An RFC 9457 answer. */
export function problem(status: number, title: string, detail?: string): Outgoing {
  return json({ title, status, detail }, status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  })
}
