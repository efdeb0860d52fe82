import { channel } from 'node:diagnostics_channel'
import type { Exchange, Head, HeaderValue } from '@seawall/guard'
import { requestCsp } from './request-csp.ts'

/** What `seawall:security-headers:cacheable-nonce` tells: others may get this response, and its nonce with it. */
export interface CacheableNonceMessage {
  /** The request's method. */
  readonly method: string
  /** The request's path, not decoded, without its query. */
  readonly path: string
  /** The response's status. */
  readonly status: number
  /** What lets a shared cache store it. */
  readonly allowedBy: 'public' | 's-maxage' | 'max-age' | 'expires'
}

const warnings = channel('seawall:security-headers:cacheable-nonce')

/** Warns when a nonce was read for a response that a shared cache may store (RFC 9111 §3). */
export function reportCacheableNonce(exchange: Exchange, head: Head): void {
  if (!warnings.hasSubscribers) return
  const known = requestCsp(exchange)
  if (known?.nonce === undefined || known.isChecked) return
  known.isChecked = true
  const allowedBy = sharedStorage(exchange, head)
  if (allowedBy === undefined) return
  const { method, path } = exchange
  const message: CacheableNonceMessage = { method, path, status: head.status, allowedBy }
  warnings.publish(message)
}

/** What a shared cache could rely on. Only what the application says counts: heuristic storage is no one's wish. */
function sharedStorage(exchange: Exchange, head: Head): CacheableNonceMessage['allowedBy'] | undefined {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return undefined
  // a targeted field counts before Cache-Control for the caches it is made for (RFC 9213 §2.2)
  const targeted = head.get('cdn-cache-control')
  const isAuthorized = exchange.header('authorization') !== undefined
  return (
    (targeted === undefined ? undefined : allowedIn(directivesOf(targeted), isAuthorized, undefined)) ??
    allowedIn(directivesOf(head.get('cache-control')), isAuthorized, head.get('expires'))
  )
}

function allowedIn(
  directives: ReadonlySet<string>,
  isAuthorized: boolean,
  expires: HeaderValue | undefined,
): CacheableNonceMessage['allowedBy'] | undefined {
  if (directives.has('no-store') || directives.has('private')) return undefined
  if (directives.has('public')) return 'public'
  if (directives.has('s-maxage')) return 's-maxage'
  // an answer to credentials is stored only where that is said in so many words (RFC 9111 §3.5)
  if (isAuthorized && !directives.has('must-revalidate')) return undefined
  if (directives.has('max-age')) return 'max-age'
  return expires !== undefined && Date.parse(String(expires)) > Date.now() ? 'expires' : undefined
}

/** The names of a Cache-Control's directives. `private="x"` is about one field, and lets the rest be stored. */
function directivesOf(value: HeaderValue | undefined): ReadonlySet<string> {
  const names = new Set<string>()
  for (const directive of [value ?? []].flat().join(',').toLowerCase().split(',')) {
    const [name = '', argument] = directive.split('=', 2)
    if (name.trim() !== 'private' || argument === undefined) names.add(name.trim())
  }
  return names
}
