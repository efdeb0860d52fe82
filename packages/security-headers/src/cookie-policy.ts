import { boolean, checkOptions, oneOf, type Rule, type Rules } from '@seawall/options'
import { prefixRules } from './cookie-prefix.ts'

/** What a cookie gets if it has not got it already. */
export interface CookiePolicy {
  /**
   * `Secure`: over TLS only. Browsers other than Safari take it for granted on localhost; over plain http elsewhere they
   * refuse the cookie. What cannot do without it gets it anyway: prefixes, `SameSite=None`, `Partitioned`.
   *
   * @default true
   */
  readonly secure?: boolean
  /**
   * `HttpOnly`: not for scripts.
   *
   * @default true
   */
  readonly httpOnly?: boolean
  /**
   * `SameSite`: whether requests from other sites carry it. A cookie that is stricter stays so, and one that is weaker is
   * raised to this. With `false` the attribute is left as it is.
   *
   * @default 'lax'
   */
  readonly sameSite?: SameSite | false
  /**
   * `Partitioned`: a jar of its own for each site that embeds the page.
   *
   * @default false
   */
  readonly partitioned?: boolean
}

/** From which sites a cookie is sent, strictest last. */
export type SameSite = 'none' | 'lax' | 'strict'

/** What every cookie of an application gets. */
export interface SecureCookiesOptions extends CookiePolicy {
  /**
   * Where a cookie must differ, by its name or by the beginning of it: `{ csrf: { httpOnly: false }, 'ab-*': … }`. What is
   * left out is as for all. A whole name goes before a beginning, a longer beginning before a shorter one.
   *
   * @default {}
   */
  readonly cookies?: Readonly<Record<string, CookiePolicy>>
  /**
   * Cookies that are sent exactly as the application wrote them, by name or beginning: `['legacy', 'vendor-*']`.
   *
   * @default []
   */
  readonly exempt?: readonly string[]
}

/** The policy for a cookie by its name; `undefined` for one that is exempt. */
export type PolicyOf = (name: string) => Required<CookiePolicy> | undefined

const policyRules: Rules<CookiePolicy> = {
  secure: boolean,
  httpOnly: boolean,
  sameSite: oneOf('none', 'lax', 'strict', false),
  partitioned: boolean,
}

const name = /^[!#$%&'+\-.^_`|~\w]+\*?$/

const names: Rule = {
  must: `an array of cookie names such as 'csrf' or 'ab-*'`,
  isType: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  isInRange: (value) => (value as string[]).every((one) => name.test(one)),
}

const byName: Rule = {
  must: `an object of policies by cookie name, such as { csrf: { httpOnly: false } }`,
  isType: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  isInRange: (value) => Object.keys(value as object).every((one) => name.test(one)),
}

/**
 * Checks options and compiles what is to become of which cookie.
 *
 * @throws TypeError or RangeError for the first bad option.
 */
export function policyFinder(options: SecureCookiesOptions): PolicyOf {
  checkOptions('secure cookies', options, { ...policyRules, cookies: byName, exempt: names })
  const { cookies = {}, exempt = [], ...forAll } = options
  const fallback = complete(forAll, { secure: true, httpOnly: true, sameSite: 'lax', partitioned: false })
  const entries = Object.entries(cookies).map(([key, policy]) => {
    checkPolicy(key, policy)
    return [key, complete(policy, fallback)] as const
  })
  const find = finder([...entries, ...exempt.map((key) => [key, undefined] as const)])
  return (cookie) => {
    const found = find(cookie)
    return found === undefined ? fallback : found[1]
  }
}

function checkPolicy(key: string, policy: CookiePolicy): void {
  checkOptions(`secure cookie '${key}'`, policy, policyRules)
  const rules = prefixRules(key)
  const impossible = policy.secure === false ? 'secure' : rules?.isHttpOnly && policy.httpOnly === false && 'httpOnly'
  if (rules === undefined || !impossible) return
  throw new RangeError(
    `Cannot secure cookie '${key}' as '${impossible}' must be true with the prefix ${rules.prefix}: current value is false`,
  )
}

function complete(policy: CookiePolicy, fallback: Required<CookiePolicy>): Required<CookiePolicy> {
  const { secure, httpOnly, sameSite, partitioned } = fallback
  return {
    secure: policy.secure ?? secure,
    httpOnly: policy.httpOnly ?? httpOnly,
    sameSite: policy.sameSite ?? sameSite,
    partitioned: policy.partitioned ?? partitioned,
  }
}

type Entry = readonly [key: string, policy: Required<CookiePolicy> | undefined]

function finder(entries: readonly Entry[]): (name: string) => Entry | undefined {
  const whole = new Map(entries.filter(([key]) => !key.endsWith('*')).map((entry) => [entry[0], entry]))
  const beginnings = entries
    .filter(([key]) => key.endsWith('*'))
    .map(([key, policy]) => [key.slice(0, -1), policy] as const)
    .sort(([one], [other]) => other.length - one.length)
  return (cookie) => whole.get(cookie) ?? beginnings.find(([beginning]) => cookie.startsWith(beginning))
}
