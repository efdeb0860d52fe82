/**
 * helmet's place: a service that uses helmet changes the import and nothing else.
 *
 * @module helmet
 */
import { IncomingMessage } from 'node:http'
import type { GuardOptions } from '@seawall/guard'
import { middleware, type Next, type NodeRequest, type NodeResponse } from '@seawall/guard/node'
import { contentSecurityPolicy, type HelmetOptions } from 'helmet'
import { dangerouslyDisableDefaultSrc } from './csp/directives.ts'
import { modernNames, type SecurityHeadersOptions } from './options.ts'
import { securityHeaders } from './security-headers.ts'

/** A middleware of connect, Express and their like. */
export type HelmetMiddleware = (request: NodeRequest, response: NodeResponse, next: Next) => void

/** Makes a middleware for one header, with its options or, without any, helmet's default. */
export type HeaderMiddleware<Name extends keyof SecurityHeadersOptions> = (
  options?: Exclude<SecurityHeadersOptions[Name], boolean | undefined>,
) => HelmetMiddleware

/** What helmet hangs on its `contentSecurityPolicy`. */
export interface PolicyDefaults {
  /** helmet's directives, by names with dashes. */
  readonly getDefaultDirectives: typeof contentSecurityPolicy.getDefaultDirectives
  /** As the value of `defaultSrc`, takes the directive out of the policy. */
  readonly dangerouslyDisableDefaultSrc: typeof dangerouslyDisableDefaultSrc
}

/** helmet's middlewares for single headers, by their modern and their older names. */
export type HeaderMiddlewares = {
  readonly [Name in HelmetName]: HeaderMiddleware<Name>
} & {
  /** Makes one for Content-Security-Policy. */
  readonly contentSecurityPolicy: PolicyDefaults
}

/** The name of a header of helmet's, modern or older. */
export type HelmetName = KeysOf<HelmetOptions>

type KeysOf<T> = T extends unknown ? keyof T & keyof SecurityHeadersOptions : never

/** Every header of helmet's, off. */
const off = {
  contentSecurityPolicy: false,
  crossOriginEmbedderPolicy: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  strictTransportSecurity: false,
  xContentTypeOptions: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xPoweredBy: false,
  xXssProtection: false,
} satisfies SecurityHeadersOptions

const single = Object.fromEntries([
  ...Object.keys(off).map((name) => [name, only(name)]),
  ...Object.entries(modernNames).map(([older, modern]) => [older, only(modern)]),
]) as unknown as HeaderMiddlewares

const { getDefaultDirectives } = contentSecurityPolicy
Object.assign(single.contentSecurityPolicy, { getDefaultDirectives, dangerouslyDisableDefaultSrc })

/**
 * A middleware that stands where helmet stood: `securityHeaders(options)` as a guard of its own, with helmet's middlewares
 * for single headers (`helmet.frameguard()`) beside it.
 *
 * @param options - helmet's, and the others of `securityHeaders`.
 * @param guardOptions - Which proxies are believed. Behind one that speaks TLS, Strict-Transport-Security is sent only if
 *   it is named here.
 * @throws TypeError or RangeError for an option that is unknown or wrong; an Error of helmet's for a value that helmet
 *   refuses.
 * @example
 * ```ts
 * import { helmet } from '@seawall/security-headers/helmet'
 * import express from 'express'
 *
 * const app = express()
 * app.use(helmet({ frameguard: { action: 'deny' } }))
 * ```
 */
export const helmet: ((options?: SecurityHeadersOptions, guardOptions?: GuardOptions) => HelmetMiddleware) &
  HeaderMiddlewares = Object.assign(makeMiddleware, single)

function makeMiddleware(options: SecurityHeadersOptions = {}, guardOptions: GuardOptions = {}): HelmetMiddleware {
  if (options instanceof IncomingMessage)
    throw new TypeError('Cannot create security headers from a request: write app.use(helmet()), not app.use(helmet)')
  return middleware([securityHeaders(options)], guardOptions)
}

function only(name: string): (options?: object) => HelmetMiddleware {
  return (options) => makeMiddleware({ ...off, [name]: options ?? true })
}
