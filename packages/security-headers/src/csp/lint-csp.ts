import { nearest } from '@seawall/options'
import { dangerouslyDisableDefaultSrc, directiveNames, type CspDirectives } from './directives.ts'
import { found, type CspFinding, type Found } from './finding.ts'
import { lintPolicy, toFindings } from './lint-policies.ts'
import type { Directive, Policy } from './policy.ts'
import { toDirectiveName, toSources } from './sources.ts'

/** How a policy is meant that is linted. */
export interface LintCspOptions {
  /**
   * Whether it is for Content-Security-Policy-Report-Only.
   *
   * @default false
   */
  readonly reportOnly?: boolean
}

/**
 * What can be said against a policy: what can never have been meant, what lets injected code in, what is worth knowing.
 * The worst comes first. `securityHeaders` asks the same for its policies at creation.
 *
 * @param policy - A header's value, of one policy or several; any text will do. Or directives as `securityHeaders` takes
 *   them, of which this is the whole policy.
 * @throws TypeError or RangeError for directives that `securityHeaders` would refuse.
 * @example
 * ```ts
 * import { lintCsp } from '@seawall/security-headers'
 *
 * const [worst] = lintCsp("script-src 'self' 'unsafe-inline'; object-src 'none'")
 * console.log(worst?.id) // csp/unsafe-inline
 * ```
 */
export function lintCsp(policy: string | CspDirectives, options: LintCspOptions = {}): readonly CspFinding[] {
  const { reportOnly = false } = options
  if (typeof policy === 'string') return policy.split(',').flatMap((one) => lintText(one, reportOnly))
  if (typeof policy !== 'object' || policy === null)
    throw new TypeError(`Cannot lint a policy as it must be text or directives: current value is ${typeof policy}`)
  return lintPolicy(toPolicy(policy), reportOnly)
}

function toPolicy(directives: CspDirectives): Policy {
  return Object.entries<unknown>(directives).flatMap(([name, value]): readonly Directive[] => {
    const directive = toDirectiveName('a policy', name)
    const sources = toSources(directive, value)
    if (sources === null || sources === dangerouslyDisableDefaultSrc) return []
    return [{ name: directive.dashed, sources: sources as Directive['sources'] }]
  })
}

/** Reads a policy as browsers do (CSP level 3, §2.2.1), and says where they would stumble. */
function lintText(text: string, reportOnly: boolean): readonly CspFinding[] {
  const findings: Found[] = []
  const policy: Directive[] = []
  for (const part of text.split(';')) {
    const [written = '', ...sources] = part.split(/[\t\n\f\r ]+/).filter((word) => word !== '')
    if (written === '') continue
    const name = written.toLowerCase()
    const finding = lintName(name, part, policy)
    if (finding !== undefined) findings.push(finding)
    if (isKnown(name) && !policy.some((one) => one.name === name)) policy.push({ name, sources })
  }
  const all = [...toFindings(findings, reportOnly), ...lintPolicy(policy, reportOnly)]
  return all.toSorted((a, b) => Number(b.level === 'error') - Number(a.level === 'error'))
}

function lintName(name: string, part: string, before: Policy): Found | undefined {
  if (!/^[\t\n\f\r\x20-\x7e]*$/.test(part))
    return found('csp/invalid-character', `${name} holds what is not ASCII: browsers ignore the directive`, name)
  if (!isKnown(name)) {
    const near = nearest(name, directiveNames)
    const advice = near === undefined ? '' : `: write ${near}`
    return found('csp/unknown-directive', `${name} is not a directive${advice}`, name)
  }
  if (!before.some((one) => one.name === name)) return undefined
  return found('csp/duplicate-directive', `${name} stands twice: browsers heed the first`, name)
}

function isKnown(name: string): boolean {
  return (directiveNames as readonly string[]).includes(name)
}
