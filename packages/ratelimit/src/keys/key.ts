import type { Exchange } from '@seawall/guard'
import type { Rule } from '@seawall/options'
import { joinParts, toBounded, toIdentity, type Normalize } from '../identity.ts'
import { toNetwork, type PrefixLengths } from '../network.ts'
import { bodyValue } from './body-value.ts'
import { cookieValue } from './cookie-value.ts'
import { paramValue } from './param-value.ts'
import { queryValue } from './query-value.ts'

/** One thing that a limit counts by. */
export type RateLimitKeyPart =
  | 'ip'
  | 'user'
  | 'global'
  | `header:${string}`
  | `cookie:${string}`
  | `query:${string}`
  | `param:${string}`
  | `post:${string}`

/** What a limit counts by: one thing, several together, or what a function says. */
export type RateLimitKey =
  | RateLimitKeyPart
  | readonly RateLimitKeyPart[]
  | ((exchange: Exchange) => string | number | undefined)

/** Tells who has signed in. */
export type UserOf = (exchange: Exchange) => string | number | undefined

/** Finds the value that a request is counted by; `undefined` when it carries none. */
export type KeyReader = (exchange: Exchange) => string | undefined

/** How the values of a key are told. */
export interface KeySettings extends PrefixLengths {
  readonly normalize: Normalize
  readonly user: UserOf | undefined
}

const grammar = /^(?:ip|user|global|(?:header|cookie):[!#$%&'*+.^_`|~\w-]+|(?:query|param|post):.+)$/s

/** The rule for an option that is a key. */
export const keyRule: Rule = {
  must: "'ip', 'user', 'global', 'header:<name>', 'cookie:<name>', 'query:<name>', 'param:<name>', 'post:<name>', several of them, or a function",
  isType: (value) => typeof value === 'string' || typeof value === 'function' || Array.isArray(value),
  isInRange: (value) => typeof value === 'function' || areParts([value].flat()),
}

function areParts(parts: readonly unknown[]): boolean {
  return parts.length > 0 && parts.every((part) => typeof part === 'string' && grammar.test(part))
}

/** Turns a key that keeps `keyRule` into the function that reads it. */
export function keyReader(key: RateLimitKey, settings: KeySettings): KeyReader {
  if (typeof key === 'function') return (exchange) => given('key', key(exchange))
  if (typeof key === 'string') return partReader(key, settings)
  const readers = key.map((part) => partReader(part, settings))
  return (exchange) => {
    const parts: string[] = []
    for (const read of readers) {
      const part = read(exchange)
      if (part === undefined) return undefined
      parts.push(part)
    }
    return joinParts(parts)
  }
}

/** How early a key can be read: `ip` with the connection, a field of the body last. */
export function lateness(key: RateLimitKey): number {
  if (typeof key === 'function') return 1
  return Math.max(
    ...[key].flat().map((part) => (part.startsWith('post:') ? 2 : part === 'ip' || part === 'global' ? 0 : 1)),
  )
}

function partReader(part: RateLimitKeyPart, settings: KeySettings): KeyReader {
  const { normalize, user } = settings
  const middle = part.indexOf(':')
  const name = part.slice(middle + 1)
  switch (middle === -1 ? part : part.slice(0, middle)) {
    case 'ip':
      return (exchange) => toNetwork(exchange.ip, settings) || undefined
    case 'user':
      return (exchange) => given('user', user?.(exchange))
    case 'global':
      return () => 'all'
    case 'header': {
      const lowerName = name.toLowerCase()
      return (exchange) => toIdentity(exchange.header(lowerName), normalize)
    }
    case 'cookie':
      return (exchange) => toIdentity(cookieValue(exchange.header('cookie'), name), normalize)
    case 'query':
      return (exchange) => toIdentity(queryValue(exchange.url, name), normalize)
    case 'param':
      return (exchange) => toIdentity(paramValue(exchange, name), normalize)
    default:
      return (exchange) => toIdentity(bodyValue(exchange, name), normalize)
  }
}

/** What a function of the application returned, which is taken as it is. A promise would be one key for everyone. */
function given(option: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return toBounded(value)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  throw new TypeError(
    `Cannot limit the request as '${option}' must return a string, a number or undefined: it returned ${typeof value}`,
  )
}
