/** What the bookstore can be told. */
export interface Settings {
  /** Which of `config/` holds over `base`. */
  readonly environment: 'local' | 'production'
  /** The address to listen on. */
  readonly host: string
  /** The port to listen on; 0 takes a free one. */
  readonly port: number
  /** A PostgreSQL URL, with its password: a secret. */
  readonly databaseUrl: string
  /** Whether the URL of the database must ask for verified TLS. */
  readonly databaseTls: 'required' | 'off'
  /** Whether a PgBouncer in transaction mode stands before the database. */
  readonly pgbouncer: boolean
  /** A Redis URL; without one, caches and limits live in this process. */
  readonly redisUrl: string | undefined
  /** A Memcached for rendered fragments, `memcached://host:port`; without one they are where the rest of the cache is. */
  readonly memcachedUrl: string | undefined
  /** Signs the session cookie: a secret of at least 32 characters. */
  readonly sessionSecret: string
  /** Whether the session cookie is `__Host-` and Secure. */
  readonly secureCookies: boolean
  /** Networks of the proxies in front. */
  readonly trustedProxies: readonly string[]
  /** What one address may ask for in a minute. */
  readonly requestsPerMinute: number
  /** The most connections to PostgreSQL. */
  readonly poolMax: number
  /** The services that `/aggregate` asks. */
  readonly upstreams: { readonly stock: string; readonly prices: string; readonly recommendations: string }
  /** How long each of them may take, in milliseconds. */
  readonly upstreamDeadlineMs: number
  /** When a client has taken too long. */
  readonly timeouts: ServerTimeouts
  /**
   * For how long kept connections may be used once more when the process was told to end, in milliseconds: longer than a
   * proxy in front keeps its own.
   */
  readonly lingerMs: number
  /** The least level that is logged. */
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Whether responses tell the statements and the time they took in `Server-Timing`. */
  readonly serverTiming: boolean
}

/** How long a client may take, in milliseconds. */
export interface ServerTimeouts {
  /** To send the head of a request, and to begin one on a new connection. */
  readonly headersMs: number
  /** To send a whole request. */
  readonly requestMs: number
  /** From the head of a request to the last byte of its response, the work for it included. */
  readonly responseMs: number
  /** Between two requests. Longer than a proxy in front keeps its connections, so that it is the proxy who closes them. */
  readonly keepAliveMs: number
}
