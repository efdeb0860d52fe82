import { isUtf8 } from 'node:buffer'
import type { Head, Reply } from '@seawall/guard'
import type { HttpSettings } from './http-options.ts'
import { parseDirectives } from './directives.ts'

/** A whole response as the cache keeps it. */
export interface StoredResponse {
  /** Tells it from every other value. */
  readonly kind: 'http'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** When it was made, by its host's clock: for `Age`, and for when it is stale where stale ones are served. */
  readonly madeAt: number
  /** How long it is fresh from then on, in milliseconds. */
  readonly freshMs: number
}

/** Statuses that may be kept without being told to (RFC 9110 §15.1), but for those that have no body or a part of one. */
const keptStatuses = new Set([200, 203, 300, 301, 308, 404, 410])
/** What is kept: what describes the content, and what tells a browser how to treat it. */
const keptHeaders = [
  'content-type',
  'content-language',
  'content-encoding',
  'content-disposition',
  'content-location',
  'location',
  'link',
  'etag',
  'last-modified',
  'cache-control',
  'cdn-cache-control',
  'surrogate-control',
  'surrogate-key',
  'cache-tag',
  'vary',
  'content-security-policy',
  'content-security-policy-report-only',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'permissions-policy',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options',
  'x-robots-tag',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
]

/** Whether a status is one that is kept. */
export function isKeptStatus(status: number): boolean {
  return keptStatuses.has(status)
}

/** The response as it is kept, or `undefined` when it must not be. */
export function toStored(
  head: Head,
  body: string | Uint8Array,
  isForOneUser: boolean,
  settings: HttpSettings,
): StoredResponse | undefined {
  const freshMs = lifetimeOf(head, isForOneUser, settings)
  if (freshMs <= 0 || !isKeptStatus(head.status) || head.get('set-cookie') !== undefined) return undefined
  if (head.get('content-range') !== undefined || head.get('trailer') !== undefined) return undefined
  if (!variesAsKeyed(head, settings) || holdsNonce(head)) return undefined
  const headers: Record<string, string> = {}
  for (const name of [...keptHeaders, ...settings.headers]) {
    const value = textOf(head, name)
    if (value !== undefined) headers[name] = value
  }
  const text = typeof body !== 'string' && isUtf8(body) ? Buffer.from(body).toString('utf8') : body
  return { kind: 'http', status: head.status, headers, body: text, madeAt: Date.now(), freshMs }
}

export function isStored(value: unknown): value is StoredResponse {
  const { kind, headers, body } = Object(value) as Partial<StoredResponse>
  return kind === 'http' && typeof headers === 'object' && (typeof body === 'string' || body instanceof Uint8Array)
}

/** How old it is, in milliseconds. */
export function ageOf({ madeAt }: StoredResponse): number {
  return Math.max(0, Date.now() - madeAt)
}

/** What is sent of it. */
export function toReply(stored: StoredResponse): Reply {
  const { status, headers, body } = stored
  return { status, headers: { ...headers, age: String(Math.floor(ageOf(stored) / 1_000)) }, body }
}

/** The tags that a response carries for a CDN. */
export function tagsOf(head: Head): string[] {
  const written = `${textOf(head, 'surrogate-key') ?? ''} ${textOf(head, 'cache-tag') ?? ''}`
  return written.split(/[\s,]+/).flatMap((tag) => (tag === '' ? [] : [decoded(tag)]))
}

/** A header as one line. */
export function textOf(head: Head, name: string): string | undefined {
  const value = head.get(name)
  return typeof value === 'object' ? value.join(', ') : value
}

/** How long it may be kept here, in milliseconds: what it says itself, the most specific first. */
function lifetimeOf(head: Head, isForOneUser: boolean, { ttlMs }: HttpSettings): number {
  const said = textOf(head, 'cache-control')
  if (said === undefined) return Math.min(ttlMs, msUntil(textOf(head, 'expires')))
  const directives = parseDirectives(said)
  if (directives.has('no-store') || directives.has('no-cache')) return 0
  if (directives.has('private') && !isForOneUser) return 0
  const seconds = (isForOneUser ? undefined : directives.get('s-maxage')) ?? directives.get('max-age')
  return seconds === undefined ? ttlMs : Math.min(/^\d{1,9}$/.test(seconds) ? Number(seconds) * 1_000 : 0, 2 ** 31 - 1)
}

/** The time until a date; what is no date is over (RFC 9111 §5.3). */
function msUntil(expires: string | undefined): number {
  return expires === undefined ? Infinity : (Date.parse(expires) || 0) - Date.now()
}

/** Everything that the response varies by is in its key. */
function variesAsKeyed(head: Head, { vary }: HttpSettings): boolean {
  const isEncoded = (textOf(head, 'content-encoding') ?? 'identity') !== 'identity'
  if (isEncoded && !vary.includes('accept-encoding')) return false
  const origin = textOf(head, 'access-control-allow-origin') ?? '*'
  if (origin !== '*' && !vary.includes('origin')) return false
  const names = (textOf(head, 'vary') ?? '').toLowerCase().split(',')
  return names.every((name) => name.trim() === '' || vary.includes(name.trim()))
}

/** A nonce is for one response. */
function holdsNonce(head: Head): boolean {
  const policies = ['content-security-policy', 'content-security-policy-report-only']
  return policies.some((name) => textOf(head, name)?.includes("'nonce-") === true)
}

function decoded(tag: string): string {
  try {
    return decodeURIComponent(tag)
  } catch {
    return tag
  }
}
