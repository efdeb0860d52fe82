import type { Exchange } from '@seawall/guard'
import type { CacheKey } from '../encode-key.ts'
import type { HttpSettings } from './http-options.ts'

/** What is to be done with a request. */
export interface RequestPlan {
  /** Where its response is kept, or `undefined`: nowhere, and none is taken from the cache. */
  readonly key: CacheKey | undefined
  /** The path of one host, whatever the variant. */
  readonly resource: string
  /** The response is for one user: no shared cache may keep it. */
  readonly isPersonal: boolean
}

const maxUrlLength = 2_048
/** What a handler might heed although it is in no key. */
const unkeyed = ['x-original-url', 'x-rewrite-url', 'x-http-method-override', 'x-method-override', 'x-http-method']

/** The plan for a GET or HEAD; `undefined` for others. */
export function planRequest(exchange: Exchange, settings: HttpSettings): RequestPlan | undefined {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return undefined
  const user = settings.user(exchange)
  const hasCredentials = exchange.header('authorization') !== undefined || hasOtherCookies(exchange, settings.cookies)
  const isPersonal = user !== undefined || hasCredentials
  const { host, secure, path } = exchange
  const resource = `${secure ? 'https' : 'http'}://${host}${path}`
  const isOpen = user !== undefined || !hasCredentials
  if (host === undefined || !isOpen || passes(exchange, host)) return { key: undefined, resource, isPersonal }
  const variant = settings.vary.map((name) => exchange.header(name) ?? '\n')
  const whose = user === undefined ? 'anyone' : `user ${user}`
  return { key: ['seawall-http', resource, queryOf(exchange.url, settings), whose, ...variant], resource, isPersonal }
}

/** Whether the request wants something else than what is kept, or could make of it what the next one should not get. */
function passes(exchange: Exchange, host: string): boolean {
  const has = (name: string) => exchange.header(name) !== undefined
  return (
    exchange.url.length > maxUrlLength ||
    has('range') ||
    has('upgrade') ||
    has('transfer-encoding') ||
    (exchange.header('content-length') ?? '0') !== '0' ||
    /\bno-store\b/i.test(exchange.header('cache-control') ?? '') ||
    unkeyed.some(has) ||
    claimsAnother(exchange, host)
  )
}

/** Names a host or scheme that the trusted-proxy rule has not taken; a handler could. */
function claimsAnother(exchange: Exchange, host: string): boolean {
  const scheme = exchange.secure ? 'https' : 'http'
  const forwarded = exchange.header('forwarded') ?? ''
  const claims = (name: string) => (exchange.header(name) ?? '').toLowerCase().split(',')
  const parameters = (name: string) =>
    Array.from(
      forwarded.toLowerCase().matchAll(new RegExp(`\\b${name}\\s*=\\s*"?([^";,]*)`, 'g')),
      ([, value = '']) => value,
    )
  const isOther = (wanted: string) => (claim: string) => claim.trim() !== '' && claim.trim() !== wanted
  return (
    [...claims('x-forwarded-host'), ...parameters('host')].some(isOther(host)) ||
    [...claims('x-forwarded-proto'), ...parameters('proto')].some(isOther(scheme))
  )
}

function hasOtherCookies(exchange: Exchange, harmless: ReadonlySet<string>): boolean {
  const cookies = exchange.header('cookie')
  if (cookies === undefined) return false
  return cookies.split(';').some((pair) => {
    const name = pair.slice(0, pair.includes('=') ? pair.indexOf('=') : undefined).trim()
    return name !== '' && !harmless.has(name)
  })
}

/** The query in one order; values of one name keep theirs. Nothing is decoded: what differs may mean something else. */
function queryOf(url: string, { query }: HttpSettings): string {
  const start = url.indexOf('?')
  if (start < 0) return ''
  const [text = ''] = url.slice(start + 1).split('#')
  const nameOf = (pair: string) => pair.split('=', 1)[0] ?? ''
  const pairs = text.split('&').filter((pair) => query === undefined || query.has(nameOf(pair)))
  const order = (a: string, b: string) => (a < b ? -1 : Number(a > b))
  return `?${pairs.toSorted((a, b) => order(nameOf(a), nameOf(b))).join('&')}`
}
