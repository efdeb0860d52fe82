import type { Guard } from '@seawall/guard'
import { cookieReporter, reportLimits, type CookieReporter } from './cookie-channel.ts'
import {
  policyFinder,
  type CookiePolicy,
  type PolicyOf,
  type SameSite,
  type SecureCookiesOptions,
} from './cookie-policy.ts'
import { prefixFault, prefixRules } from './cookie-prefix.ts'
import { parseSetCookie, type CookieAttribute, type SetCookie } from './set-cookie.ts'

/**
 * A guard that gives every cookie that the application sets `Secure`, `HttpOnly` and `SameSite=Lax`, or what the options
 * say, and keeps what the application asked for where that is stricter. Names and values are not touched.
 *
 * The prefixes `__Host-`, `__Secure-`, `__Http-` and `__Host-Http-` (RFC 6265bis §4.1.3, in any case) are held to their
 * promises: what is missing is added; a cookie that contradicts its prefix (`__Host-` with a `Domain` or with another
 * `Path` than `/`), or has no name and a value that imitates one, is not sent and is reported on
 * `seawall:security-headers:cookie`. Browsers would have refused it.
 *
 * @throws TypeError or RangeError when an option is not what it must be.
 * @example
 * ```ts
 * import { secureCookies } from '@seawall/security-headers'
 *
 * secureCookies({ sameSite: 'strict', cookies: { theme: { httpOnly: false }, 'pay-*': { sameSite: 'none' } } })
 * ```
 */
export function secureCookies(options: SecureCookiesOptions = {}): Guard {
  const policyOf = policyFinder(options)
  const report = cookieReporter()
  return {
    name: 'secure-cookies',
    onHead(_exchange, head) {
      const found = head.get('set-cookie')
      if (found === undefined) return
      const lines = [found].flat().map((line) => secured(String(line), policyOf, report))
      const kept = lines.filter((line) => line !== undefined)
      if (kept.length === 0) head.delete('set-cookie')
      else head.set('set-cookie', kept)
    },
  }
}

const fieldValue = /^[\t -~\u0080-\u00ff]*$/

/** The line as it is to leave, or `undefined` for one that must not. */
function secured(line: string, policyOf: PolicyOf, report: CookieReporter): string | undefined {
  const cookie = parseSetCookie(line)
  const policy = policyOf(cookie.name)
  if (policy === undefined) return line
  const fault = fieldValue.test(line) ? prefixFault(cookie) : 'malformed'
  if (fault !== undefined) {
    report({ cookie: cookie.name, finding: fault, dropped: true })
    return undefined
  }
  reportLimits(cookie, report)
  return withAttributes(line, cookie, policy, report)
}

function withAttributes(
  line: string,
  cookie: SetCookie,
  policy: Required<CookiePolicy>,
  report: CookieReporter,
): string {
  const { name, attributes } = cookie
  const prefix = prefixRules(name)
  const has = (attribute: string): boolean => attributes.some((one) => one.name === attribute)
  const partitioned = policy.partitioned || has('partitioned')
  const sameSites = attributes.filter((one) => one.name === 'samesite')
  const asked = rankOf(sameSites.at(-1))
  const sameSite = policy.sameSite === false ? asked : stricter(asked, policy.sameSite)
  // of several, which one counts is for each browser to say
  const isRewritten = policy.sameSite !== false && (sameSite !== asked || sameSites.length > 1)
  if (isRewritten && asked !== undefined && sameSite !== asked)
    report({ cookie: name, finding: 'same-site-raised', dropped: false })
  let added = ''
  if ((policy.secure || prefix !== undefined || partitioned || sameSite === 'none') && !has('secure'))
    added += '; Secure'
  if ((policy.httpOnly || prefix?.isHttpOnly === true) && !has('httponly')) added += '; HttpOnly'
  if (prefix?.isHostOnly === true && !has('path')) added += '; Path=/'
  if (isRewritten && sameSite !== undefined) added += `; SameSite=${written[sameSite]}`
  if (partitioned && !has('partitioned')) added += '; Partitioned'
  // right behind the value: browsers stop reading after so many attributes
  return line.slice(0, cookie.end) + added + without(line, cookie.end, isRewritten ? sameSites : [])
}

const written: Readonly<Record<SameSite, string>> = { none: 'None', lax: 'Lax', strict: 'Strict' }
const ranks: readonly SameSite[] = ['none', 'lax', 'strict']

/** What a SameSite attribute asks for; a value that browsers do not know is none. */
function rankOf(attribute: CookieAttribute | undefined): SameSite | undefined {
  return ranks.find((rank) => rank === attribute?.value.toLowerCase())
}

function stricter(asked: SameSite | undefined, least: SameSite): SameSite {
  return asked !== undefined && ranks.indexOf(asked) > ranks.indexOf(least) ? asked : least
}

/** The rest of a line from some point on, without some of its attributes. */
function without(line: string, from: number, attributes: readonly CookieAttribute[]): string {
  let rest = ''
  let start = from
  for (const attribute of attributes) {
    rest += line.slice(start, attribute.start)
    start = attribute.end
  }
  return rest + line.slice(start)
}
