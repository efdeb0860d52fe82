import type { SetCookie } from './set-cookie.ts'

/** What a prefix in a cookie's name promises, and browsers hold it to (RFC 6265bis §4.1.3). */
export interface PrefixRules {
  /** The prefix in lower case. */
  readonly prefix: string
  /** It belongs to one host: `Path=/`, and no `Domain`. */
  readonly isHostOnly: boolean
  /** It has to be `HttpOnly`. */
  readonly isHttpOnly: boolean
}

/** Longer ones first: one is the beginning of another. All want `Secure`. */
const prefixes: readonly PrefixRules[] = [
  { prefix: '__host-http-', isHostOnly: true, isHttpOnly: true },
  { prefix: '__host-', isHostOnly: true, isHttpOnly: false },
  { prefix: '__http-', isHostOnly: false, isHttpOnly: true },
  { prefix: '__secure-', isHostOnly: false, isHttpOnly: false },
]

/** The rules of the prefix that a name has, in any case. */
export function prefixRules(name: string): PrefixRules | undefined {
  if (!name.startsWith('__')) return undefined
  const lower = name.slice(0, '__host-http-'.length).toLowerCase()
  return prefixes.find(({ prefix }) => lower.startsWith(prefix))
}

/** What contradicts a prefix, so that browsers refuse the cookie and nothing that could be added would mend it. */
export type PrefixFault = 'prefix-without-name' | 'prefix-domain' | 'prefix-path'

/** The fault of a cookie that claims a prefix. */
export function prefixFault({ name, value, attributes }: SetCookie): PrefixFault | undefined {
  // a server reads `__Host-id=1` of a cookie without name just as it reads the real one
  if (name === '') return prefixRules(value) === undefined ? undefined : 'prefix-without-name'
  if (prefixRules(name)?.isHostOnly !== true) return undefined
  if (attributes.some((one) => one.name === 'domain' && one.value !== '')) return 'prefix-domain'
  return attributes.some((one) => one.name === 'path' && one.value !== '/') ? 'prefix-path' : undefined
}
