/**
 * What a guard is. The doors that put guards into a framework are the entries `/node`, `/express`, `/fastify`, `/koa` and
 * `/hono`.
 *
 * @module guard
 */
export type { ReplyMessage } from './admit.ts'
export { HeadSentError } from './errors.ts'
export { exchangeOf } from './exchange-of.ts'
export type { Awaitable, End, Exchange, Guard, Head, HeaderValue, Reply } from './guard.ts'
export { nodeOf, type NodePair } from './node-of.ts'
export type { GuardOptions } from './options.ts'
export type { ErrorContext, ErrorMessage, Moment, OnError } from './report-error.ts'
export type { ProxyHeaders, TrustedProxies } from './trusted-proxies.ts'
