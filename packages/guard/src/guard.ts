/*
 * A guard is a plain object that says what it wants to do at four moments of a request: when it arrives, when the head
 * of its response is about to leave, when a whole body is about to leave with it, and when the exchange is over. It
 * knows no framework. A door (`/node`, `/express`, `/fastify`, `/koa`, `/hono`) puts guards into one.
 */

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** The value of a response header: one field line, or several. */
export type HeaderValue = string | readonly string[]

/** A response that a guard gives instead of the handler. */
export interface Reply {
  /** The status code, 200 to 599. */
  readonly status: number
  /** Headers by lower-case name. */
  readonly headers?: Readonly<Record<string, HeaderValue>>
  /** The whole body; `undefined` and `null` are none. Not sent in answer to HEAD. */
  readonly body?: string | Uint8Array | null
}

/** One request, and the headers that its response is to carry. */
export interface Exchange {
  /** The method as received, `GET`. */
  readonly method: string
  /** The request target as received, `/a%20b?x=1`; absolute when the client sent the absolute form. */
  readonly url: string
  /**
   * The path of the target up to `?` or `#`, not decoded; of an absolute-form target likewise (RFC 9112 §3.2.2). Under Hono
   * without dot segments, which Hono resolves before it routes. A router may take more than one path for the same route
   * (case, escapes, a slash at the end): what must hold for a route is mounted on that route.
   */
  readonly path: string
  /** The client's address by the trusted-proxy rule, in canonical form; empty when it is not known. */
  readonly ip: string
  /** Whether the client spoke TLS, by the same rule. */
  readonly secure: boolean
  /**
   * The host that the client asked for with its port, in lower case, by the same rule. `undefined` when the client named
   * none, named more than one, or named another one in an absolute-form target.
   */
  readonly host: string | undefined
  /** The parsed body where the framework has parsed it by now, otherwise `undefined`. */
  readonly body: unknown
  /** The framework's own object: Node's and Express's request, Fastify's request, Koa's and Hono's context. */
  readonly raw: unknown
  /** What guards keep for the time of the request, by a symbol of their own. */
  readonly state: Map<symbol, unknown>
  /** A request header by lower-case name; lines of the same name joined as Node joins them. */
  header(lowerName: string): string | undefined
  /**
   * Sets a header on the response whatever its outcome: 200, 404, 500, 429. The last guard to set a name wins, and one
   * that the handler sets itself wins over all; `set-cookie` adds to the handler's. A guard of the same mount that has the
   * name among its constants loses, one of a later mount wins.
   *
   * @throws TypeError for a name or value that cannot be a header.
   * @throws HeadSentError when the head has left.
   */
  set(lowerName: string, value: HeaderValue): void
}

/** The head of a response just before it leaves. Names are lower-case. */
export interface Head {
  /** The status code; assign to change it. */
  status: number
  /** The value of a header, or `undefined`. */
  get(lowerName: string): HeaderValue | undefined
  /** Replaces a header. */
  set(lowerName: string, value: HeaderValue): void
  /** Adds a line to a header. */
  append(lowerName: string, value: string): void
  /** Removes a header. */
  delete(lowerName: string): void
}

/** How an exchange ended. */
export interface End {
  /** The status that was sent, or was about to be. */
  readonly status: number
  /** The connection closed before the whole response was handed to the system. */
  readonly aborted: boolean
  /** The length of the body in bytes, where the response announced it and was not aborted. */
  readonly bytes: number | undefined
}

/** What protects a service at the four moments of a request. Every moment is optional. */
export interface Guard {
  /** Names the guard in reports: `security-headers`. */
  readonly name: string
  /** Constant response headers by lower-case name. What the application sets under the same name wins. */
  readonly headers?: Readonly<Record<string, string>>
  /** Response headers by lower-case name that must not leave, whoever but a guard has set them: `x-powered-by`. */
  readonly remove?: readonly string[]
  /**
   * Decides about a request. `undefined` lets it go on; a reply stops it here, and no later guard sees it. A promise is
   * waited for. A throw goes to the framework's error handling.
   */
  onRequest?(exchange: Exchange): Awaitable<Reply | undefined>
  /** Looks at the head of the response and may change it, on every outcome. Runs synchronously; must not throw. */
  onHead?(exchange: Exchange, head: Head): void
  /**
   * Looks at a whole body before its head leaves; a reply takes its place. Never called for a stream, an empty body, HEAD,
   * 204 or 304.
   */
  onBody?(exchange: Exchange, head: Head, body: string | Uint8Array): Reply | undefined
  /** Learns how the exchange ended, once; also when an earlier guard replied and `onRequest` was not called. */
  onClose?(exchange: Exchange, end: End): void
}
