import type { Exchange } from '@seawall/guard'
import type { Rule } from '@seawall/options'
import { toBounded, toIdentity } from './identity.ts'
import { toNetwork } from './network.ts'

/** What a limit counts by: the client's network, a value that the request carries, or what a function says. */
export type RateLimitKey =
  | 'ip'
  | `header:${string}`
  | `query:${string}`
  | `post:${string}`
  | ((exchange: Exchange) => string | undefined)

/** Finds the value that a request is counted by; `undefined` when it carries none. */
export type KeyReader = (exchange: Exchange) => string | undefined

const grammar = /^(?:ip|header:[!#$%&'*+.^_`|~\w-]+|(?:query|post):.+)$/s

/** The rule for an option that is a key. */
export const keyRule: Rule = {
  must: "'ip', 'header:<name>', 'query:<name>', 'post:<name>' or a function",
  isType: (value) => typeof value === 'string' || typeof value === 'function',
  isInRange: (value) => typeof value !== 'string' || grammar.test(value),
}

/** Turns a key that keeps `keyRule` into the function that reads it. */
export function keyReader(key: RateLimitKey, ipv6Prefix: number): KeyReader {
  if (typeof key === 'function') return (exchange) => checked(key(exchange))
  if (key === 'ip') return (exchange) => toNetwork(exchange.ip, ipv6Prefix) || undefined
  const name = key.slice(key.indexOf(':') + 1)
  if (key.startsWith('header:')) {
    const lowerName = name.toLowerCase()
    return (exchange) => toIdentity(exchange.header(lowerName))
  }
  if (key.startsWith('query:')) return (exchange) => toIdentity(queryValue(exchange.url, name))
  return (exchange) => toIdentity(bodyValue(exchange, name))
}

function checked(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string') return toBounded(value)
  throw new TypeError(
    `Cannot limit the request as 'key' must return a string or undefined: it returned ${typeof value}`,
  )
}

/** The value of a query parameter; an array, which is no identity, when it is given twice. */
function queryValue(url: string, name: string): string | readonly string[] | undefined {
  const start = url.indexOf('?')
  if (start === -1) return undefined
  const values = new URLSearchParams(url.slice(start + 1)).getAll(name)
  return values.length > 1 ? values : values[0]
}

function bodyValue(exchange: Exchange, name: string): unknown {
  const { body } = exchange
  if (body === undefined && hasParsableBody(exchange))
    throw new Error(
      `Cannot limit by 'post:${name}' as the body of the request is not parsed: mount this limit after a parser for ${exchange.header('content-type')}`,
    )
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  return (body as Record<string, unknown>)[name]
}

/** Whether the request has a body of a type that a parser before this limit would have parsed. */
function hasParsableBody(exchange: Exchange): boolean {
  const length = exchange.header('content-length')
  if ((length === undefined || Number(length) === 0) && exchange.header('transfer-encoding') === undefined) return false
  return /^\s*application\/(?:x-www-form-urlencoded|(?:[^;\s]+\+)?json)\s*(?:;|$)/i.test(
    exchange.header('content-type') ?? '',
  )
}
