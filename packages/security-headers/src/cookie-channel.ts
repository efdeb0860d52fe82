import { channel } from 'node:diagnostics_channel'
import type { PrefixFault } from './cookie-prefix.ts'
import type { SetCookie } from './set-cookie.ts'

/**
 * What there is to say about a cookie that an application sends.
 *
 * - `malformed`: it has characters that no header may have; dropped;
 * - `prefix-without-name`, `prefix-domain`, `prefix-path`: it contradicts the prefix of its name, or imitates one; dropped;
 * - `same-site-raised`: it asked for a weaker SameSite than the policy's, and got the policy's;
 * - `too-large`: name and value are more than 4096 bytes, and browsers will refuse it;
 * - `too-long-lived`: it wants to live for more than 400 days, which is what browsers make of it.
 */
export type CookieFinding = 'malformed' | PrefixFault | 'same-site-raised' | 'too-large' | 'too-long-lived'

/** What `seawall:security-headers:cookie` tells. */
export interface CookieMessage {
  /** The cookie's name. Its value is never told. */
  readonly cookie: string
  /** What was found. */
  readonly finding: CookieFinding
  /** Whether the cookie was taken out of the response. */
  readonly dropped: boolean
}

/** Tells what was found. */
export type CookieReporter = (message: CookieMessage) => void

const cookies = channel('seawall:security-headers:cookie')

/** How many dropped cookies are warned of where nobody listens. */
const maxWarnings = 16

const maxBytes = 4096
const maxAgeSeconds = 400 * 24 * 60 * 60

/** Tells the channel; where nobody listens, the first dropped cookie of each kind becomes a process warning. */
export function cookieReporter(): CookieReporter {
  const warned = new Set<string>()
  return (message) => {
    if (cookies.hasSubscribers) return cookies.publish(message)
    const what = `${message.finding} ${message.cookie}`
    if (!message.dropped || warned.has(what) || warned.size >= maxWarnings) return
    warned.add(what)
    process.emitWarning(`The cookie ${JSON.stringify(message.cookie)} was not sent: ${message.finding}`, {
      type: 'SeawallWarning',
      code: 'SEAWALL_COOKIE_DROPPED',
    })
  }
}

/** Looks for what browsers will quietly cut or refuse; only when somebody listens. */
export function reportLimits(cookie: SetCookie, report: CookieReporter): void {
  if (!cookies.hasSubscribers) return
  const { name, value } = cookie
  if (name.length + value.length > maxBytes) report({ cookie: name, finding: 'too-large', dropped: false })
  if (lifetimeSeconds(cookie) > maxAgeSeconds) report({ cookie: name, finding: 'too-long-lived', dropped: false })
}

function lifetimeSeconds({ attributes }: SetCookie): number {
  const maxAge = attributes.findLast(({ name, value }) => name === 'max-age' && /^-?\d+$/.test(value))
  if (maxAge !== undefined) return Number(maxAge.value)
  const expires = attributes.findLast(({ name }) => name === 'expires')
  return expires === undefined ? 0 : (Date.parse(expires.value) - Date.now()) / 1000
}
